import {registry} from "@web/core/registry";

const pin = (label) => `.leaflet-marker-icon:has(.o_service_map_pin:contains('${label}'))`;

registry.category("web_tour.tours").add("field_service_trip", {
    url: "/odoo/trips",
    steps: () => [
        {
            content: "Open the trip",
            trigger: ".o_data_row .o_data_cell[name='date']",
            run: "click",
        },
        {
            content: "The stops are on the map, without any background",
            trigger: `.o_service_map:not(:has(.leaflet-tile)) ${pin("2")}`,
            run: "click",
        },
        {
            content: "The card says whose stop it is, in plain text",
            trigger: ".o_service_map_card b:contains('<img src=x')",
        },
        {
            content: "It leads there",
            trigger: ".o_service_map_card a[href*='destination=50.1%2C10']",
        },
        {
            content: "What nobody has located is named",
            trigger: ".o_service_map_unlocated button:contains('Lost')",
        },
        {
            content: "Ask for a better sequence",
            trigger: "button[name='action_propose']",
            run: "click",
        },
        {
            content: "It is shown before anything is changed",
            trigger: ".modal .alert-success:contains('Saves')",
        },
        {
            content: "Apply it",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "It can be taken back",
            trigger: "body:not(:has(.modal)) button[name='action_undo']",
        },
        {
            content: "The map follows: the second stop is another one",
            trigger: pin("2"),
            run: "click",
        },
        {
            content: "Its card is open",
            trigger: ".o_service_map_card b:contains('Third')",
        },
    ],
});

registry.category("web_tour.tours").add("field_service_day_map", {
    url: "/odoo/service-map",
    steps: () => [
        {
            content: "An order nobody has planned is on the map",
            trigger: `.o_service_day_map ${pin("?")}`,
            run: "click",
        },
        {
            content: "Plan it",
            trigger: ".o_service_map_card button:contains('Plan a Visit')",
            run: "click",
        },
        {
            content: "The form of its visit is there",
            trigger: ".modal .o_field_widget[name='order_id']",
        },
        {
            content: "Leave it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "Hide what is not planned",
            trigger: ".o_service_day_map_side label:contains('Without a visit') input",
            run: "click",
        },
        {
            content: "It is hidden",
            trigger: `.o_service_day_map:not(:has(${pin("?")}))`,
        },
    ],
});
