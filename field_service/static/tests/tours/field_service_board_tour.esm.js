import {dragByHand} from "./drag.esm";
import {registry} from "@web/core/registry";

const item = (name) => `.o_fs_to_plan_item:contains('${name}')`;
const row = (name) => `.o_fs_row[aria-label='${name}']`;
const card = (technician, customer, time = "") =>
    `${row(technician)} .o_fs_card:contains('${customer}'):contains('${time}')`;

/** Where an hour is in somebody's row. */
const getPoint = (technician, hour) => {
    const label = new RegExp(`^0?${hour}(am|pm|:00)$`);
    const column = [...document.querySelectorAll(".o_fs_column")].find((el) =>
        label.test(el.textContent.trim())
    );
    const lane = document.querySelector(`${row(technician)} .o_fs_lane`);
    const {y, height} = lane.getBoundingClientRect();
    return {x: column.getBoundingClientRect().x, y: y + height / 2};
};

const dragTo = (source, technician, hour) => ({
    content: `Drag to ${technician} at ${hour}`,
    trigger: source,
    async run({anchor}) {
        const {x, y, width, height} = anchor.getBoundingClientRect();
        const from = {x: x + width / 3, y: y + height / 2};
        const to = getPoint(technician, hour);
        // A card is held where it was touched; it starts where its left edge is.
        const held = anchor.classList.contains("o_fs_card") ? from.x - x : 0;
        await dragByHand(anchor, {x: to.x + held + 1, y: to.y}, from);
    },
});

registry.category("web_tour.tours").add("field_service_board", {
    steps: () => [
        {
            content: "Everybody has a row, idle or not",
            trigger: `.o_fs_board:has(${row("Tina")}):has(${row("Tom")})`,
        },
        {
            content: "A meeting that is private is only busy",
            trigger: `${row("Tom")} .o_fs_block_meeting:contains('Busy')`,
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
            content: "The hours of the day",
            trigger: `.o_fs_scale_day ${card("Tina", "First Customer", "8")}`,
        },
        dragTo(item("Third Customer"), "Tina", 11),
        {
            content: "It is planned",
            trigger: card("Tina", "Third Customer", "11"),
        },
        {
            content: "and not in the list any more",
            trigger: `body:not(:has(${item("Third Customer")}))`,
        },
        dragTo(card("Tina", "Third Customer", "11"), "Tom", 9),
        {
            content: "Somebody else goes",
            trigger: card("Tom", "Third Customer", "9"),
        },
        dragTo(card("Tom", "Third Customer", "9"), "Tina", 9),
        {
            content: "A refused drop says why",
            trigger: ".o_notification:contains('Tina is already booked')",
        },
        {
            content: "and goes back to its place",
            trigger: card("Tom", "Third Customer", "9"),
        },
        {
            trigger: ".o_notification_close",
            run: "click",
        },
        {
            content: "Make it longer at its end",
            trigger: card("Tom", "Third Customer", "9"),
            async run({anchor}) {
                const {right, y, height} = anchor.getBoundingClientRect();
                const from = {x: right - 3, y: y + height / 2};
                await dragByHand(anchor, {x: getPoint("Tom", 12).x, y: from.y}, from);
            },
        },
        {
            content: "It lasts until noon",
            trigger: card("Tom", "Third Customer", "12"),
        },
        {
            content: "Take that back",
            trigger: ".o_fs_undo:enabled",
            run: "click",
        },
        {
            content: "It is as long as before",
            trigger: card("Tom", "Third Customer", "11"),
        },
        {
            content: "By keyboard: a quarter of an hour later",
            trigger: card("Tom", "Third Customer", "11"),
            async run({anchor, press}) {
                anchor.focus();
                await press("Shift+ArrowRight");
            },
        },
        {
            content: "It is later",
            trigger: card("Tom", "Third Customer", "9:15"),
        },
        {
            content: "The card keeps the focus; choose the one above",
            trigger: `${card("Tom", "Third Customer", "9:15")}:focus`,
            run: "press ArrowUp",
        },
        {
            content: "Open it",
            trigger: `${card("Tina", "First Customer", "8am")}:focus`,
            run: "press Enter",
        },
        {
            content: "The card says whom to call",
            trigger: ".o_fs_visit_card a[href='tel:+1 555 0100']",
        },
        {
            content: "Open the visit",
            trigger: ".o_fs_visit_card .o_fs_open",
            run: "click",
        },
        {
            content: "It is a form in a dialog",
            trigger: ".modal .o_field_widget[name='order_id']",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Undo by keyboard",
            trigger: "body",
            run: "press Control+z",
        },
        {
            content: "It starts at nine again",
            trigger: card("Tom", "Third Customer", "9am"),
        },
        {
            content: "Only those of that name",
            trigger: ".o_fs_find",
            run: "edit tom",
        },
        {
            content: "Nobody else has a row",
            trigger: `.o_fs_board:has(${row("Tom")}):not(:has(${row("Tina")}))`,
        },
    ],
});
