import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_profit_pivot", {
    steps: () => [
        {
            content: "The margin of the work that is invoiced",
            trigger: ".o_pivot tbody tr:contains('60.0%')",
        },
        {
            content: "Work nobody pays for has a margin, and no share of nothing",
            trigger:
                ".o_pivot tbody tr:contains('-25.00'):not(:contains('%')) " +
                "td.o_pivot_cell_value",
        },
    ],
});
