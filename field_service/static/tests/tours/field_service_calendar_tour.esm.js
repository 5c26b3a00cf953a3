import {dragByHand} from "./drag.esm";
import {registry} from "@web/core/registry";

const item = (name) => `.o_fs_to_plan_item:contains('${name}')`;
const event = (name, time) => `.o_event:contains('${name}'):contains('${time}')`;
const slot = (hour) => `.fc-timegrid-slot-lane[data-time='${hour}:00:00']`;

const dragTo = (source, hour) => ({
    content: `Drag to ${hour}:00`,
    trigger: source,
    async run({anchor}) {
        const target = document.querySelector(slot(hour));
        target.scrollIntoView({block: "center", behavior: "instant"});
        const {x, y} = target.getBoundingClientRect();
        await dragByHand(anchor, {x: x + 120, y: y + 2});
    },
});

const refused = (reason) => [
    {
        content: "The reason is shown",
        trigger: `.o_notification:contains('${reason}')`,
    },
    {
        content: "Close it",
        trigger: ".o_notification_close",
        run: "click",
    },
    {
        trigger: "body:not(:has(.o_notification))",
    },
];

registry.category("web_tour.tours").add("field_service_calendar", {
    steps: () => [
        {
            content: "The calendar has a list of orders to plan",
            trigger: item("Third Customer"),
        },
        {
            content: "Choose how much is shown",
            trigger: ".o_view_scale_selector button",
            run: "click",
        },
        {
            content: "One day",
            trigger: ".o_scale_button_day",
            run: "click",
        },
        {
            content: "The day is there with both visits",
            trigger: `.fc-timeGridDay-view:has(${event("First Customer", "08:00")})`,
        },
        // The technician is booked at that time
        dragTo(item("Third Customer"), "09"),
        ...refused("is already booked"),
        {
            content: "The order is still to be planned",
            trigger: item("Third Customer"),
        },
        // Onto the other visit
        dragTo(event("First Customer", "08:00"), "14"),
        ...refused("is already booked"),
        {
            content: "The visit is where it was",
            trigger: event("First Customer", "08:00"),
        },
        dragTo(item("Third Customer"), "11"),
        {
            content: "It is planned",
            trigger: event("Third Customer", "11:00"),
        },
        {
            content: "and not in the list any more",
            trigger: `body:not(:has(${item("Third Customer")}))`,
        },
        {
            content: "Take it back",
            trigger: ".o_fs_undo:enabled",
            run: "click",
        },
        {
            content: "It is in the list again",
            trigger: item("Third Customer"),
        },
        {
            content: "By keyboard and on the phone there is a button",
            trigger: `${item("Third Customer")} .o_fs_plan`,
            run: "click",
        },
        {
            content: "Say when",
            trigger: ".modal .o_field_widget[name='start'] input",
            run({anchor, edit}) {
                const {DateTime} = luxon;
                const start = DateTime.now().set({hour: 11, minute: 0, second: 0});
                edit(start.toFormat("MM/dd/yyyy HH:mm:ss"), anchor);
            },
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The calendar shows it at once",
            trigger: event("Third Customer", "11:00"),
        },
    ],
});
