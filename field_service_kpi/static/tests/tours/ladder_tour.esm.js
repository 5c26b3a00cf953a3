import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_ladder", {
    steps: () => [
        {
            content: "Open the page",
            trigger: ".o_notebook .nav-link:contains('Margin Ladder')",
            run: "click",
        },
        {
            content: "What is expected in all: 235.00 less 105.00",
            trigger:
                ".o_field_service_ladder tr[data-rung=forecast] " +
                "[data-figure='forecast.margin']:contains('130.00')",
            run: "click",
        },
        {
            content: "It opens the lines it is the sum of",
            trigger: ".o_list_view tfoot:contains('130.00')",
        },
        {
            content: "A line opens where it comes from",
            trigger: ".o_data_row:contains('Filter') td[name=name]",
            run: "click",
        },
        {
            content: "The part, in its form",
            trigger: ".o_form_view .o_field_widget[name=product_id]",
        },
    ],
});
