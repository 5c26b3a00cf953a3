import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

export const choose = (field, name) => [
    {
        content: `Look for ${name}`,
        trigger: `.o_field_widget[name='${field}'] input`,
        run: `edit ${name}`,
    },
    {
        content: `Choose ${name}`,
        trigger: `.o-autocomplete--dropdown-item:contains('${name}')`,
        run: "click",
    },
    {
        content: `${name} is chosen`,
        trigger: "body:not(:has(.o-autocomplete--dropdown-menu))",
    },
];

export const press = (label, state) => [
    {
        content: `Press ${label}`,
        trigger: `.o_statusbar_buttons button:contains('${label}')`,
        run: "click",
    },
    {
        content: `The state is ${state}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains('${state}')`,
    },
];

registry.category("web_tour.tours").add("field_service_order", {
    url: "/odoo/work-orders",
    steps: () => [
        {
            content: "Create a work order",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...choose("partner_id", "Tour Customer"),
        ...choose("job_type_id", "Tour Repair"),
        ...press("Release", "Released"),
        {
            content: "Plan a visit",
            trigger: ".o_field_widget[name='visit_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose("technician_id", "Tour Technician"),
        {
            content: "It starts in the morning",
            trigger: ".modal .o_field_widget[name='start'] input",
            run: "edit 03/02/2026 09:00:00",
        },
        {
            content: "It ends two hours later",
            trigger: ".modal .o_field_widget[name='stop'] input",
            run: "edit 03/02/2026 11:00:00",
        },
        {
            content: "Keep the visit",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The visit is in the list",
            trigger: ".o_data_row:contains('Tour Technician')",
        },
        ...stepUtils.saveForm(),
        {
            content: "The visit makes the order scheduled",
            trigger: ".o_arrow_button_current:contains('Scheduled')",
        },
        {
            content: "Open the visits of the order",
            trigger: "button[name='action_view_visits']",
            run: "click",
        },
        {
            content: "The list of visits is there",
            trigger: ".o_switch_view.o_list.active",
        },
        {
            content: "Open the visit",
            trigger: ".o_data_row .o_data_cell[name='start']",
            run: "click",
        },
        ...press("Start Work", "Working"),
        ...press("Finish", "Completed"),
        {
            content: "Back to the order",
            trigger: ".o_field_widget[name='order_id'] a",
            run: "click",
        },
        {
            content: "The last visit completes the order",
            trigger: ".o_arrow_button_current:contains('Done')",
        },
    ],
});
