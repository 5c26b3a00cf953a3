import {network, unsent} from "@field_service/../tests/tours/network.esm";
import {tap} from "@field_service/../tests/tours/phone.esm";
import {registry} from "@web/core/registry";

const click = (content, trigger) => ({content, trigger, run: "click"});

registry.category("web_tour.tours").add("field_service_my_day_missing_part", {
    url: "/odoo/my-day",
    steps: () => [
        click("Open the visit", ".o_fs_visit:contains('Tour Customer')"),
        tap("I am here"),
        tap("Start work"),
        unsent(0),
        network("cut"),
        tap("Finish"),
        click("Come again", ".o_fs_sheet button[data-result='return_needed']"),
        click("For a part", ".o_fs_sheet .btn:contains('Tour Part')"),
        click("Finish", ".o_fs_sheet .o_fs_confirm:enabled"),
        click("The planned one", ".o_fs_missing_part .btn:contains('Hose')"),
        {content: "Kept", trigger: ".o_fs_missing_part:contains('Hose'):has(.btn-light)"},
        unsent(2),
        network(""),
        unsent(0),
        // It was another one, which nobody has planned.
        click("Change", ".o_fs_missing_part .btn:contains('Change')"),
        click("Another part", ".o_fs_missing_other"),
        {content: "Search", trigger: ".o_fs_part_search", run: "edit gask"},
        click("Gasket", ".o_fs_part_result:contains('Gasket')"),
        {content: "Named", trigger: ".o_fs_missing_part strong:contains('Gasket')"},
        unsent(0),
        {content: "Planned", trigger: ".o_fs_part:contains('Gasket')"},
    ],
});
