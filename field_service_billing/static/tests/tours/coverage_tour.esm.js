import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_coverage", {
    steps: () => [
        {
            content: "Open the visit",
            trigger: ".o_fs_my_day .o_fs_visit:contains('Customer')",
            run: "click",
        },
        {
            content: "Who pays, and why",
            trigger:
                ".o_fs_coverage:contains('Covered by warranty'):contains('BOILER-7')",
        },
    ],
});
