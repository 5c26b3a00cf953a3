import {next, tap} from "@field_service/../tests/tours/phone.esm";
import {registry} from "@web/core/registry";

const openVisit = {
    content: "Open the visit",
    trigger: ".o_fs_my_day .o_fs_visit:contains('Customer')",
    run: "click",
};

registry.category("web_tour.tours").add("field_service_payment", {
    steps: () => [
        openVisit,
        next("On my way"),
        tap("On my way"),
        tap("Arrived"),
        tap("Start work"),
        tap("Finish"),
        {
            content: "The problem is solved",
            trigger: ".o_fs_sheet [data-result='solved']",
            run: "click",
        },
        {
            content: "Finish",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        {
            content: "What is to pay, taxes included",
            trigger: ".o_fs_payment .o_fs_due:contains('192.00')",
        },
        {
            content: "One tap makes the invoice",
            trigger: ".o_fs_make_invoice:enabled",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_fs_invoice[data-state='open'] .o_fs_take_cash",
            run: "click",
        },
        {
            content: "The customer gives a larger note",
            trigger: ".o_fs_sheet input[name='received']",
            run: "edit 200",
        },
        {
            content: "The change is worked out",
            trigger: ".o_fs_change:contains('8.00')",
        },
        {
            content: "Received",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        {
            content: "Paid, with a receipt",
            trigger: ".o_fs_payment:has(.o_fs_paid) .o_fs_receipt:contains('192.00')",
        },
    ],
});

registry.category("web_tour.tours").add("field_service_payment_refused", {
    steps: () => [
        openVisit,
        {
            content: "Cash",
            trigger: ".o_fs_invoice[data-state='open'] .o_fs_take_cash",
            run: "click",
        },
        {
            content: "More than is due cannot be booked",
            trigger: ".o_fs_sheet input[name='amount']",
            run: "edit 500",
        },
        {
            content: "It says so",
            trigger: ".o_fs_sheet:contains('more is change') .o_fs_confirm:disabled",
        },
        {
            content: "A part of it can",
            trigger: ".o_fs_sheet input[name='amount']",
            run: "edit 100",
        },
        {
            content: "Received",
            trigger: ".o_fs_sheet .o_fs_confirm:enabled",
            run: "click",
        },
        {
            content: "The rest is still to pay",
            trigger: ".o_fs_invoice[data-state='open'] .o_fs_due:contains('92.00')",
        },
    ],
});

registry.category("web_tour.tours").add("field_service_pay_online", {
    steps: () => [
        {
            content: "What is to pay",
            trigger: "#pay_with:not(.fade), .modal.show:contains('160.00')",
        },
        {
            content: "Take the demo provider",
            trigger: "input[name='o_payment_radio'][data-provider-code='demo']",
            run: "click",
        },
        {
            content: "Card number",
            trigger: "input[name='customer_input']",
            run: "edit 4242424242424242",
        },
        {
            content: "Pay",
            trigger: "button[name='o_payment_submit_button']:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Paid",
            trigger: "body:contains('successfully processed'), body:contains('Paid')",
        },
    ],
});
