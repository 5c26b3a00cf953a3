import {registry} from "@web/core/registry";

const offer = (text) => `.o_fs_offer:contains('${text}')`;

registry.category("web_tour.tours").add("field_service_offers", {
    steps: () => [
        {
            content: "Open the visit",
            trigger: ".o_fs_my_day .o_fs_visit:contains('Customer')",
            run: "click",
        },
        {
            content: "The sentence says why; without a package nothing is accepted",
            trigger: `${offer("11 years old")} .btn-success:disabled`,
        },
        {
            content: "The customer takes the larger one",
            trigger: `${offer("11 years old")} .o_fs_package:contains('Large boiler')`,
            run: "click",
        },
        {
            content: "He accepts",
            trigger: `${offer("11 years old")} .btn-success:enabled`,
            run: "click",
        },
        {
            content: "It is said on the page",
            trigger: `${offer("11 years old")} .badge:contains('Accepted')`,
        },
        {
            content: "Not the agreement",
            trigger: `${offer("No agreement")} .btn:contains('Declined')`,
            run: "click",
        },
        {
            content: "Because",
            trigger: `${offer("No agreement")} .btn:contains('Too expensive')`,
            run: "click",
        },
        {
            content: "The answer is shown",
            trigger: `${offer("No agreement")} .badge:contains('Declined')`,
        },
        {
            content: "Both have arrived",
            trigger: ".o_fs_my_day:not(:has(.o_fs_outbox))",
        },
    ],
});
