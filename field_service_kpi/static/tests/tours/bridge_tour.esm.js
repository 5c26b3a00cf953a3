import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_bridge", {
    steps: () => [
        {
            content: "The bridge, with the amount of a step",
            trigger: ".o_fs_bridge_row[data-step=labour_hours]:contains('37.50')",
            run: "click",
        },
        {
            content: "The orders of the step",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=variance_amount]",
        },
        {
            content: "Open one of them",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "The page with its profit",
            trigger: ".o_form_view .nav-link[name=profit]",
            run: "click",
        },
        {
            content: "The bridge of this order",
            trigger: ".o_form_view .o_fs_bridge_row[data-step=labour_hours]",
        },
    ],
});
