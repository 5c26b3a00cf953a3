import {registry} from "@web/core/registry";

const click = (content, trigger) => ({content, trigger, run: "click"});
const row = (words) => `.o_data_row:contains('${words}')`;

/** The clerk sees why one order waits, bills the others, and opens the invoice. */
registry.category("web_tour.tours").add("field_service_queue", {
    steps: () => [
        {
            content: "Why it is incomplete stands beside it",
            trigger: row("Incomplete") + ":contains('has no price')",
        },
        click("Open the filters", ".o_searchview_dropdown_toggler"),
        click("What is ready", ".o_filter_menu .o_menu_item:contains('Ready')"),
        {
            content: "The incomplete one is gone",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('has no price')))",
        },
        click("All of it", "thead .o_list_record_selector input"),
        click("Bill", ".o_list_selection_container ~ * button[name='action_open_billing'], button[name='action_open_billing']"),
        {content: "One invoice of 240.00", trigger: ".modal .alert:contains('240.00')"},
        click("Do it", ".modal button[name='action_bill']"),
        {
            content: "The invoice, with its sites",
            trigger: ".o_form_view [name='invoice_line_ids'] .o_data_row:contains('Quay')",
        },
        {content: "The other one too", trigger: row("Yard")},
    ],
});
