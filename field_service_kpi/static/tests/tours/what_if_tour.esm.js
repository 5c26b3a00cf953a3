import {registry} from "@web/core/registry";

/** Move a slider, see what it costs, keep it. */
registry.category("web_tour.tours").add("field_service_what_if", {
    steps: () => [
        {
            content: "The year as it was",
            trigger: ".o_fs_what_if_margin:contains('75.00')",
        },
        {
            content: "An hour costs a tenth more",
            trigger: ".o_fs_what_if_lever input[data-key=wages]:enabled",
            run() {
                this.anchor.value = "100";
                this.anchor.dispatchEvent(new Event("input", {bubbles: true}));
            },
        },
        {
            content: "7.50 less",
            trigger: ".o_fs_what_if_total:contains('7.50')",
        },
        {
            content: "Give it a name",
            trigger: ".o_fs_what_if_name",
            run: "edit Wages",
        },
        {
            content: "Keep it",
            trigger: ".o_fs_what_if_save:enabled",
            run: "click",
        },
        {
            content: "It stands beside the others",
            trigger: ".o_fs_what_if_saved th:contains('Wages')",
        },
    ],
});
