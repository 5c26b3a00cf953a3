import {network, unsent} from "@field_service/../tests/tours/network.esm";
import {next, tap} from "@field_service/../tests/tours/phone.esm";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/** Chooses the option of a list that has these words. */
const choose = (content, trigger, words) => ({
    content,
    trigger: `${trigger}:has(option:contains('${words}'))`,
    run({anchor}) {
        const option = [...anchor.options].find(({text}) => text.includes(words));
        anchor.value = option.value;
        anchor.dispatchEvent(new Event("change", {bubbles: true}));
    },
});

/** A scanner types fast and ends with Enter. */
const scan = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_fs_my_day:not(:has(.o_fs_sheet))",
    run() {
        for (const key of [...code, "Enter"]) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        }
    },
});
const click = (content, trigger) => ({content, trigger, run: "click"});
const part = (name) => `.o_fs_part:contains('${name}')`;
const used = () => click("Used", ".o_fs_sheet .o_fs_confirm:enabled");
const sheetIsGone = {
    content: "The sheet is gone",
    trigger: ".o_fs_my_day:not(:has(.o_fs_sheet))",
};

registry.category("web_tour.tours").add("field_service_my_day_parts", {
    url: "/odoo/my-day",
    steps: () => [
        click("Open the visit", ".o_fs_visit:contains('Tour Customer')"),
        tap("I am here"),
        tap("Start work"),
        next("Finish"),
        unsent(0),
        // One tap.
        click("The planned seals", `${part("Seal")} .o_fs_use:contains('Used')`),
        {content: "Three of them", trigger: `${part("Seal")}:contains('3 Units')`},
        unsent(0),
        // A lot, by a scanner that types.
        scan("L-7"),
        {
            content: "The lot is chosen",
            trigger: ".o_fs_sheet:contains('Oil') .o_fs_part_lot.btn-primary:contains('L-7')",
        },
        {
            content: "Two of it",
            trigger: ".o_fs_sheet .o_fs_part_quantity",
            run: "edit 2",
        },
        used(),
        {content: "It is on the list", trigger: `${part("Oil")}:contains('L-7')`},
        unsent(0),
        // More than there is.
        click("Another part", ".o_fs_add_part"),
        {content: "Search", trigger: ".o_fs_part_search", run: "edit sea"},
        click("Seals", ".o_fs_part_result:contains('Seal'):contains('7 Units')"),
        {
            content: "Eight of them",
            trigger: ".o_fs_sheet .o_fs_part_quantity",
            run: "edit 8",
        },
        {
            content: "It warns, and says what is believed to be there",
            trigger: ".o_fs_part_warning:contains('believes that 7 Units')",
        },
        used(),
        {content: "Eleven in all", trigger: `${part("Seal")}:contains('11 Units')`},
        unsent(0),
        // One was counted twice.
        click("Correct", `${part("Seal")} .o_fs_correct`),
        {
            content: "Ten",
            trigger: ".o_fs_sheet .o_fs_part_quantity",
            run: "edit 10",
        },
        used(),
        {content: "Ten in all", trigger: `${part("Seal")}:contains('10 Units')`},
        unsent(0),
        // Without a network.
        network("cut"),
        scan("PU-1"),
        {
            content: "The phone knows what is in the van",
            trigger: ".o_fs_sheet:contains('Pump') .o_fs_part_lot.btn-primary:contains('PU-1')",
        },
        used(),
        sheetIsGone,
        scan("PU-3"),
        click("Nobody knows it here", ".o_fs_part_code:contains('PU-3')"),
        sheetIsGone,
        unsent(2),
        {
            content: "Reload the page without a network",
            trigger: ".o_fs_my_day",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        {
            content: "It is still on the list",
            trigger: `${part("Pump")}:contains('PU-1')`,
        },
        unsent(2),
        network("deaf"),
        {
            content: "The server has it, but nobody heard it",
            trigger: "body[data-lost='answer']",
        },
        unsent(2),
        network(""),
        {
            content: "The serial number is in another van, says the server",
            trigger: ".o_fs_part_refused:contains('PU-3'):contains('Van Tom')",
        },
        unsent(0),
        // The refused report is put right; nothing of it was lost.
        click("Correct it", ".o_fs_part_refused .btn:contains('Correct')"),
        {
            content: "The number is still there",
            trigger: ".o_fs_sheet .o_fs_part_lot.btn-primary:contains('PU-3')",
        },
        {
            content: "It was taken from Tom's van",
            trigger: ".o_fs_sheet .o_fs_part_place",
            run({anchor}) {
                const options = [...anchor.options];
                anchor.value = options.find(({text}) => text.includes("Van Tom")).value;
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "There it is",
            trigger: ".o_fs_sheet .o_fs_part_lot.btn-primary:contains('PU-3'):not(:has(small))",
        },
        used(),
        {
            content: "Nothing is refused any more",
            trigger: ".o_fs_my_day:not(:has(.o_fs_part_refused))",
        },
        {content: "Both pumps", trigger: `${part("Pump")}:contains('PU-3')`},
        unsent(0),
        // Nothing is solved while a part is neither used nor released.
        tap("Finish"),
        click("Solved", ".o_fs_sheet button[data-result='solved']"),
        {
            content: "The hose first",
            trigger: ".o_fs_sheet:has(.o_fs_confirm:disabled) .o_fs_parts_finish:contains('Hose')",
        },
        click("It stays in the van", ".o_fs_parts_finish .o_fs_release"),
        click("Finish", ".o_fs_sheet .o_fs_confirm:enabled"),
        {content: "Completed", trigger: ".o_fs_state:contains('Completed')"},
        unsent(0),
    ],
});

/** A pump takes the place of the old one, another one is equipment of its own. */
registry.category("web_tour.tours").add("field_service_my_day_units", {
    url: "/odoo/my-day",
    steps: () => [
        click("Open the visit", ".o_fs_visit:contains('Tour Customer')"),
        tap("I am here"),
        tap("Start work"),
        next("Finish"),
        click("The planned pump", `${part("Pump")} .o_fs_use:contains('Which one?')`),
        click("Its number", ".o_fs_sheet .o_fs_part_lot:contains('PU-1')"),
        choose("In place of the old one", ".o_fs_install", "Old pump (PU-0)"),
        choose("Which comes back", ".o_fs_old_unit:enabled", "Comes back"),
        click("One more number", ".o_fs_sheet .o_fs_part_lot:contains('PU-2')"),
        {
            content: "One takes the place of one",
            trigger: ".o_fs_sheet:contains('choose one number'):has(.o_fs_confirm:disabled)",
        },
        click("Not that one", ".o_fs_sheet .o_fs_part_lot.btn-primary:contains('PU-2')"),
        used(),
        sheetIsGone,
        unsent(0),
        scan("PU-2"),
        {
            content: "The second one",
            trigger: ".o_fs_sheet .o_fs_part_lot.btn-primary:contains('PU-2')",
        },
        choose("On its own", ".o_fs_install", "Equipment of its own"),
        used(),
        sheetIsGone,
        unsent(0),
        {content: "Both are in", trigger: `.o_fs_part:contains('PU-2')`},
    ],
});
