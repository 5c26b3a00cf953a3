import {next, sign, takePhoto, tap} from "./phone.esm";
import {choose, press} from "./order_tour.esm";
import {registry} from "@web/core/registry";

/** From the call to the signed report: three people, three browsers. */

registry.category("web_tour.tours").add("field_service_path_call", {
    url: "/odoo/work-orders",
    steps: () => [
        {
            content: "Somebody calls",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...choose("partner_id", "Grand Hotel"),
        ...choose("job_type_id", "Service call"),
        {
            content: "Write down what is wrong",
            trigger: ".o_field_widget[name='description'] textarea",
            run: "edit The boiler loses pressure",
        },
        ...press("Release", "Released"),
        {
            content: "Find a slot while the customer waits",
            trigger: ".o_statusbar_buttons button:contains('Find a Slot')",
            run: "click",
        },
        {
            content: "The best one says who goes, and why",
            trigger:
                ".modal .o_kanban_record:contains('Tina Weber'):contains('the sooner the better')",
        },
        {
            content: "Book it",
            trigger: ".modal .o_kanban_record:first button:contains('Book')",
            run: "click",
        },
        {
            content: "The order is scheduled",
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Scheduled')",
        },
        {
            content: "Open its visits",
            trigger: "button[name='action_view_visits']",
            run: "click",
        },
        {
            content: "The list of visits is there",
            trigger: ".o_switch_view.o_list.active",
        },
        {
            content: "Open the visit",
            trigger: ".o_data_row:contains('Tina Weber') .o_data_cell[name='start']",
            run: "click",
        },
        ...press("Dispatch", "Dispatched"),
    ],
});

registry.category("web_tour.tours").add("field_service_path_visit", {
    url: "/odoo/my-day",
    steps: () => [
        {
            content: "The visit is on its day",
            trigger: ".o_fs_my_day .o_fs_day",
            async run() {
                // The best slot may be after midnight, or tomorrow.
                const isThere = () =>
                    document.querySelector(".o_fs_visit .o_fs_customer");
                for (let tries = 1; tries < 40 && !isThere(); tries++) {
                    if (tries % 5 === 0) {
                        document.querySelector("[aria-label='Day after']").click();
                    }
                    await new Promise((resolve) => setTimeout(resolve, 300));
                }
            },
        },
        {
            content: "Open it",
            trigger: ".o_fs_visit:contains('Grand Hotel')",
            run: "click",
        },
        {
            content: "It says what is wrong",
            trigger: ".o_fs_card:contains('The boiler loses pressure')",
        },
        {
            content: "Accept it",
            trigger: ".o_fs_bar .o_fs_accept:enabled",
            run: "click",
        },
        {
            content: "The dispatcher knows that he knows",
            trigger: ".o_fs_state:contains('Acknowledged')",
        },
        tap("On my way"),
        next("Arrived"),
        tap("Arrived"),
        next("Start work"),
        tap("Start work"),
        next("Finish"),
        {
            content: "Answer yes",
            trigger: ".o_fs_question:contains('Stop works') button[data-value='yes']",
            run: "click",
        },
        {
            content: "Measure",
            trigger: ".o_fs_question:contains('Pressure') input",
            run: "edit 3 && press Tab",
        },
        takePhoto("Plate"),
        {
            content: "The server has the photo",
            trigger: ".o_fs_question:contains('Plate') img[src^='/web/image']",
        },
        {
            content: "Say what was done",
            trigger: ".o_fs_note",
            run: "edit Seal replaced && press Tab",
        },
        ...sign("Cy Customer"),
        tap("Finish"),
        {
            content: "Solved, and nothing is missing",
            trigger:
                ".o_fs_sheet:not(:has(.o_fs_missing)) button[data-result='solved']",
            run: "click",
        },
        {
            content: "Finish",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        {
            content: "The visit is completed, and everything has been sent",
            trigger:
                ".o_fs_my_day:not(:has(.o_fs_unsent)) .o_fs_state:contains('Completed')",
        },
    ],
});

registry.category("web_tour.tours").add("field_service_path_customer", {
    url: "/my/work-orders",
    steps: () => [
        {
            content: "The order is done",
            trigger: "tr:contains('Service call'):contains('Done') a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The report can be had",
            trigger: "a[href*='/report']:contains('Service Report')",
            async run({anchor}) {
                const answer = await fetch(anchor.href);
                const content = await answer.arrayBuffer();
                const start = new TextDecoder().decode(content.slice(0, 4));
                if (!answer.ok || start !== "%PDF") {
                    throw new Error(`No report: ${answer.status} ${start}`);
                }
                const digest = await crypto.subtle.digest("SHA-256", content);
                document.body.dataset.fingerprint = [...new Uint8Array(digest)]
                    .map((byte) => byte.toString(16).padStart(2, "0"))
                    .join("");
            },
        },
        {
            content: "The browser has all of it",
            trigger: "body[data-fingerprint]",
        },
    ],
});
