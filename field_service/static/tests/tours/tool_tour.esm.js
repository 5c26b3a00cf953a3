import {registry} from "@web/core/registry";

/** A technician takes the tool of his visit, and finds it among those he has. */
registry.category("web_tour.tours").add("field_service_tools", {
    steps: () => [
        {
            content: "Open the visit",
            trigger: ".o_fs_visit:contains('Tour Customer')",
            run: "click",
        },
        {
            content: "Its tool is in the store, and valid",
            trigger: ".o_fs_tools:contains('IT-1'):contains('In the store'):contains('valid until')",
        },
        {
            content: "I have it",
            trigger: ".o_fs_take",
            run: "click",
        },
        {
            content: "It is with me, and the server knows",
            trigger: ".o_fs_tools:contains('With you') .btn:contains('Give it back')",
        },
        {
            content: "Back to the day",
            trigger: ".o_fs_header .fa-arrow-left",
            run: "click",
        },
        {
            content: "Load the day anew",
            trigger: ".o_fs_header .fa-refresh:not(.fa-spin)",
            run: "click",
        },
        {
            content: "My tools",
            trigger: ".o_fs_held_tools summary:contains('1')",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_fs_held_tools a:contains('IT-1')",
            run: "click",
        },
        {
            content: "Its form",
            trigger: ".o_form_view .o_field_widget[name='service_holder_id']:contains('Tina')",
        },
    ],
});
