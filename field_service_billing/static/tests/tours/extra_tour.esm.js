import {registry} from "@web/core/registry";
import {sign} from "@field_service/../tests/tours/phone.esm";

// The pad, the name and "done", as where the whole visit is signed.
const signExtra = (name) => sign(name).slice(1, -1);

registry.category("web_tour.tours").add("field_service_extra", {
    steps: () => [
        {
            content: "Open the visit",
            trigger: ".o_fs_my_day .o_fs_visit:contains('Customer')",
            run: "click",
        },
        {
            content: "Offer extra work",
            trigger: ".o_fs_sell_extra",
            run: "click",
        },
        {
            content: "Search it",
            trigger: ".o_fs_extra_search",
            run: "edit tap",
        },
        {
            content: "The price is shown with tax",
            trigger: ".o_fs_extra_item:contains('Second tap'):contains('119.00')",
            run: "click",
        },
        {
            content: "Two of them",
            trigger: ".o_fs_sheet button[aria-label='More']",
            run: "click",
        },
        {
            content: "The total is shown",
            trigger: ".o_fs_extra_total:contains('238.00')",
        },
        {
            content: "The customer accepts",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        ...signExtra("Mrs. Porter"),
        {
            content: "It is accepted",
            trigger:
                ".o_fs_extra:contains('Second tap'):contains('238.00'):contains('Accepted')",
        },
        {
            content: "Offer something else",
            trigger: ".o_fs_sell_extra",
            run: "click",
        },
        {
            content: "A filter",
            trigger: ".o_fs_extra_item:contains('Filter')",
            run: "click",
        },
        {
            content: "Which is declined",
            trigger: ".o_fs_decline_extra:enabled",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".o_fs_sheet input[name='decline']",
            run: "edit Not now",
        },
        {
            content: "Declined",
            trigger: ".o_fs_sheet .o_fs_confirm",
            run: "click",
        },
        {
            content: "It is kept",
            trigger: ".o_fs_extra:contains('Filter'):contains('Declined')",
        },
        {
            content: "All is sent",
            trigger: ".o_fs_my_day:not(:has(.o_fs_unsent))",
        },
    ],
});
