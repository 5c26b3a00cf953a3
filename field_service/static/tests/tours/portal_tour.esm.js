import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("field_service_portal", {
    url: "/my/home",
    steps: () => [
        {
            content: "Service is on the home page",
            trigger: ".o_portal_docs a[href='/my/work-orders']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Ask for work",
            trigger: "a[href='/my/work-orders/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Say what it is about",
            trigger: "textarea[name='description']",
            run: "edit The heating is cold",
        },
        {
            content: "Prefer the morning",
            trigger: "select[name='part']",
            run: "select morning",
        },
        {
            content: "Send the request",
            trigger: "button:contains('Send Request')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has arrived",
            trigger: ".alert-success:contains('We have received your request')",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb a[href='/my/work-orders']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open the order that has an appointment",
            trigger: "tr:contains('Appointment made') a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The appointment does not suit",
            trigger: "a:contains('Choose Another Time')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Choose the last time that is offered",
            trigger: "form div:last-child > div > button[name='window']:last-child",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The appointment is another one",
            trigger: ".alert-success:contains('Your appointment has been changed')",
        },
    ],
});
