import {registry} from "@web/core/registry";

/** From the list to a person, his figures and what they are the sum of. */
registry.category("web_tour.tours").add("field_service_kpi_scorecard", {
    steps: () => [
        {
            content: "Tina comes first",
            trigger: ".o_fs_score_list tbody tr:first-child:contains('Tina')",
        },
        {
            content: "Open her scorecard",
            trigger: ".o_fs_score_list tbody tr:first-child button",
            run: "click",
        },
        {
            content: "What her hours say: 15 by 11",
            trigger: ".o_fs_score_part[data-key='pace'] .o_fs_score_value:contains('136')",
        },
        {
            content: "Open the orders",
            trigger: ".o_fs_score_part[data-key='pace'] button",
            run: "click",
        },
        {
            content: "Five of them",
            trigger: ".o_list_view .o_data_row:nth-child(5)",
        },
        {
            content: "Back",
            trigger: ".breadcrumb-item a:contains('Tina'), .o_breadcrumb a:contains('Tina')",
            run: "click",
        },
        {
            content: "10 planned hours by 10",
            trigger: ".o_fs_score_row[data-code='T7'] .o_fs_kpi_value:contains('100')",
        },
        {
            content: "Its history",
            trigger: ".o_fs_score_row[data-code='T7'] .o_fs_score_name",
            run: "click",
        },
        {
            content: "Close it",
            trigger: ".modal-footer .btn-secondary",
            run: "click",
        },
        {
            content: "This month",
            trigger: "body:not(:has(.modal)) .o_fs_kpi_period",
            run: "click",
        },
        {
            content: "Choose it",
            trigger: ".o_fs_kpi_item[data-key='this_month']",
            run: "click",
        },
        {
            content: "Nothing was done",
            trigger: ".o_fs_score_parts:contains('No completed work')",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb-item a:contains('Scorecards'), .o_breadcrumb a:contains('Scorecards')",
            run: "click",
        },
        {
            content: "Another kind",
            trigger: ".o_fs_score_list",
        },
        {
            content: "Levels",
            trigger: ".o_fs_score_level",
            run: "click",
        },
        {
            content: "Job types",
            trigger: ".o_fs_kpi_item[data-key='job_type']",
            run: "click",
        },
        {
            content: "There they are",
            trigger: ".o_fs_score_list td:contains('Repair')",
        },
    ],
});
