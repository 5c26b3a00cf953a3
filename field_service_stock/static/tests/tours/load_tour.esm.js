import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/** A scanner types faster than anybody, and ends with Enter. */
const scan = (code) => ({
    content: `Scan ${code}`,
    trigger: ".o_fs_load .o_fs_bar",
    run() {
        for (const key of [...code, "Enter"]) {
            document.body.dispatchEvent(
                new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})
            );
        }
    },
});
const counted = (product, text) => ({
    content: `${product}: ${text}`,
    trigger: `.o_fs_load_line:contains('${product}') .o_fs_load_count:contains('${text}')`,
});
const said = (text) => ({
    content: `It says: ${text}`,
    trigger: `.o_fs_said:contains('${text}')`,
});
const tap = (selector) => ({
    content: `Tap ${selector}`,
    trigger: selector,
    run: "click",
});

registry.category("web_tour.tours").add("field_service_load", {
    url: "/odoo/load-van",
    steps: () => [
        counted("Tour Seal", "0 / 3"),
        scan("TOUR-SEAL"),
        counted("Tour Seal", "1 / 3"),
        scan("TOUR-SEAL"),
        counted("Tour Seal", "2 / 3"),
        scan("TOUR-HOSE"),
        said("Tour Hose is not on this list"),
        scan("TOUR-PUMP"),
        said("now scan its lot or serial number"),
        scan("TOUR-SN2"),
        counted("Tour Pump", "1 / 1"),
        {
            content: "The serial number that was scanned, not the proposed one",
            trigger: ".o_fs_load_lots:contains('TOUR-SN2')",
        },
        scan("TOUR-SN1"),
        said("all that is needed is counted"),
        {
            content: "Reload the page: what was counted is kept",
            trigger: ".o_fs_load",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        counted("Tour Seal", "2 / 3"),
        counted("Tour Pump", "1 / 1"),
        tap(".o_fs_confirm"),
        {
            content: "One is there and stays: why?",
            trigger: ".o_fs_sheet .o_fs_line:contains('Tour Seal'):contains('2 / 3')",
        },
        tap(".o_fs_sheet button[data-reason='damaged']"),
        tap(".o_fs_confirm_rest"),
        said("What is missing stays on the list"),
        {
            content: "The rest is still to be loaded, with its reason",
            trigger: ".o_fs_load_line:contains('Tour Seal') .o_fs_warning:contains('Damaged')",
        },
        counted("Tour Seal", "0 / 1"),
        tap(".o_fs_all"),
        said("everything is in the van"),
        {
            content: "Nothing is left to confirm",
            trigger: ".o_fs_load:not(:has(.o_fs_bar)) .o_fs_state:contains('Loaded')",
        },
    ],
});
