import {registry} from "@web/core/registry";

/** Read a figure, open its list, look at its history, change the period, choose. */
registry.category("web_tour.tours").add("field_service_kpi_dashboard", {
    steps: () => [
        {
            content: "This month's margin: 1,000 less 400",
            trigger: ".o_fs_kpi_tile[data-code='P1'] .o_fs_kpi_value:contains('600')",
        },
        {
            content: "Graphs are drawn",
            trigger: ".o_fs_kpi_graph_margin canvas",
        },
        {
            content: "Open what it is the sum of",
            trigger: ".o_fs_kpi_tile[data-code='P1'] .o_fs_kpi_value",
            run: "click",
        },
        {
            content: "Two journal items",
            trigger: ".o_list_view .o_data_row:nth-child(2)",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb a:contains('Dashboard'), .breadcrumb-item a",
            run: "click",
        },
        {
            content: "Other periods",
            trigger: ".o_fs_kpi_period:contains('This month')",
            run: "click",
        },
        {
            content: "Last month",
            trigger: ".o_fs_kpi_item[data-key='last_month']",
            run: "click",
        },
        {
            content: "700 less 300",
            trigger: ".o_fs_kpi_tile[data-code='P1'] .o_fs_kpi_value:contains('400')",
        },
        {
            content: "Its history",
            trigger: ".o_fs_kpi_tile[data-code='P1'] .o_fs_kpi_history",
            run: "click",
        },
        {
            content: "The months with figures, as far as the last one",
            trigger: ".o_fs_kpi_dialog tr:contains('400')",
        },
        {
            content: "Close",
            trigger: ".modal-footer .btn-secondary",
            run: "click",
        },
        {
            content: "Choose",
            trigger: "body:not(:has(.modal)) .o_fs_kpi_choose",
            run: "click",
        },
        {
            content: "Not the rate",
            trigger: ".o_fs_kpi_choices input[data-code='P2']",
            run: "click",
        },
        {
            content: "Nor what others did",
            trigger: ".modal-body",
            run: () => {
                const boxes = document.querySelectorAll(
                    ".o_fs_kpi_choices input:checked:not([data-code='P1'])"
                );
                boxes.forEach((box) => box.click());
            },
        },
        {
            content: "Save",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "One tile is left",
            trigger: ".o_fs_kpi_tiles:not(:has([data-code='P2'])) [data-code='P1']",
        },
    ],
});
