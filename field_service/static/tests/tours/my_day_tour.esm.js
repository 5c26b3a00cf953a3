import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

import {network, unsent} from "./network.esm";
import {next, sign, takePhoto, tap} from "./phone.esm";

registry.category("web_tour.tours").add("field_service_my_day", {
    url: "/odoo/my-day",
    steps: () => [
        {
            content: "The visit of today is there, with what is to be documented",
            trigger: ".o_fs_visit:contains('Tour Customer') .o_fs_documents:contains('4')",
        },
        {
            content: "Open the visit",
            trigger: ".o_fs_visit:contains('Tour Customer')",
            run: "click",
        },
        {
            content: "How to get there, and whom to call",
            trigger: ".o_fs_card a[href^='tel:+61']",
        },
        tap("On my way"),
        next("Arrived"),
        unsent(0),
        network("cut"),
        {
            content: "Tap Arrived twice: it counts once",
            trigger: ".o_fs_next:enabled:contains('Arrived')",
            run({anchor}) {
                anchor.click();
                anchor.click();
            },
        },
        next("Start work"),
        unsent(1),
        tap("Start work"),
        next("Finish"),
        unsent(2),
        {
            content: "The clock runs",
            trigger: ".o_fs_clock_work .o_fs_elapsed:contains(':0')",
        },
        {
            content: "Answer yes",
            trigger: ".o_fs_question:contains('Stop works') button[data-value='yes']",
            run: "click",
        },
        {
            content: "Measure too much",
            trigger: ".o_fs_question:contains('Pressure') input",
            run: "edit 9 && press Tab",
        },
        {
            content: "It warns before anything is sent",
            trigger: ".o_fs_question:contains('Pressure') .o_fs_warning:contains('limits')",
        },
        unsent(4),
        {
            content: "Reload the page without a network",
            trigger: ".o_fs_my_day",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        {
            content: "Still at work",
            trigger: ".o_fs_my_day:has(.o_fs_next:contains('Finish')) .o_fs_clock_work",
        },
        unsent(4),
        {
            content: "What is not sent yet is listed",
            trigger: ".o_fs_unsent",
            run: "click",
        },
        {
            content: "The tap on Arrived is among it",
            trigger: ".o_fs_sheet .o_fs_line:contains('On site'):contains('Tour Customer')",
        },
        {
            content: "Close the list",
            trigger: ".o_fs_sheet button[aria-label='Close']",
            run: "click",
        },
        takePhoto("Plate"),
        {
            content: "The photo is shown before it is sent",
            trigger: ".o_fs_question:contains('Plate') .o_fs_photo img[src^='data:image/jpeg']",
        },
        unsent(5),
        network("deaf"),
        {
            content: "The server has it, but nobody heard it",
            trigger: "body[data-lost='answer']",
        },
        unsent(5),
        network(""),
        unsent(0),
        {
            content: "The photo comes from the server now",
            trigger: ".o_fs_question:contains('Plate') .o_fs_photo img[src^='/web/image']",
        },
        tap("Finish"),
        {
            content: "It says what is still missing",
            trigger: ".o_fs_sheet .o_fs_missing:contains('signature')",
        },
        {
            content: "Solved",
            trigger: ".o_fs_sheet button[data-result='solved']",
            run: "click",
        },
        {
            content: "Finish",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        {
            content: "The visit is completed",
            trigger: ".o_fs_state:contains('Completed')",
        },
        ...sign("Cy Customer"),
        unsent(0),
        {
            content: "Back to the day",
            trigger: ".o_fs_header button[aria-label='Back to the day']",
            run: "click",
        },
        {
            content: "Nothing is left to do",
            trigger:
                ".o_fs_visit:contains('Tour Customer'):contains('Completed'):not(:has(.o_fs_documents))",
        },
    ],
});
