import {next, sign, tap} from "@field_service/../tests/tours/phone.esm";
import {registry} from "@web/core/registry";

const click = (content, trigger, more = {}) => ({content, trigger, run: "click", ...more});

/** The customer accepts a quotation in the portal. */
registry.category("web_tour.tours").add("field_service_accept", {
    steps: () => [
        {content: "What it costs", trigger: "body:contains('160.00')"},
        click("Accept and sign", "a[data-bs-target='#modalaccept']:visible"),
        {
            content: "Who signs",
            trigger: ".modal .o_web_sign_name_and_signature input",
            run: "fill Mrs. Grand",
        },
        {content: "Signed", trigger: ".modal canvas.o_web_sign_signature", run: "canvasNotEmpty"},
        click("Accept", ".modal .o_portal_sign_submit:enabled", {expectUnloadPage: true}),
        {content: "Accepted", trigger: "body:contains('Mrs. Grand')"},
    ],
});

/** The technician does the work, has it signed, and makes the invoice. */
registry.category("web_tour.tours").add("field_service_money", {
    steps: () => [
        click("Open the visit", ".o_fs_my_day .o_fs_visit:contains('Customer')"),
        next("On my way"),
        tap("On my way"),
        tap("Arrived"),
        tap("Start work"),
        next("Finish"),
        click("The seal", ".o_fs_part .o_fs_use:contains('Used')"),
        {content: "It is used", trigger: ".o_fs_part:contains('1 Units')"},
        ...sign("Mrs. Grand"),
        tap("Finish"),
        click("Solved", ".o_fs_sheet [data-result='solved']"),
        click("Finish", ".o_fs_sheet .o_fs_confirm:enabled"),
        {content: "What is to pay", trigger: ".o_fs_payment .o_fs_due:contains('160.00')"},
        click("The invoice", ".o_fs_make_invoice:enabled"),
        {content: "It is there", trigger: ".o_fs_invoice[data-state='open']"},
    ],
});

/** The clerk looks at the work order. */
registry.category("web_tour.tours").add("field_service_is_paid", {
    steps: () => [
        {content: "Paid", trigger: "[name='billing_state']:contains('Paid')"},
    ],
});
