import {registry} from "@web/core/registry";

/** Read what callbacks cost, and open the items it is the sum of. */
registry.category("web_tour.tours").add("field_service_money_table", {
    steps: () => [
        {
            content: "What callbacks cost, and how many there are",
            trigger: ".o_fs_money_row[data-key=rework]:contains('37.50'):contains('n = 1')",
        },
        {
            content: "What was looked for and not found is said",
            trigger: ".o_fs_money_silent:contains('Overdue invoices')",
        },
        {
            content: "Open the list",
            trigger: ".o_fs_money_row[data-key=rework] .o_fs_money_open",
            run: "click",
        },
        {
            content: "One journal item",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb a, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "Do something about it",
            trigger: ".o_fs_money_row[data-key=rework] .o_fs_money_improve",
            run: "click",
        },
        {
            content: "An action about it, with the formula as its cause",
            trigger: ".o_form_view .o_field_widget[name=cause] textarea",
        },
    ],
});
