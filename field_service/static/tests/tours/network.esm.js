import {browser} from "@web/core/browser/browser";

const FLAG = "field_service_tour_network";
const XHR = browser.XMLHttpRequest;

/**
 * A network that can be cut: "cut" lets nothing of the phone page through, "deaf" lets
 * the request through and loses the answer. It stays so over a reload of the page.
 */
class BadNetwork extends XHR {
    open(method, url) {
        const mode = browser.sessionStorage.getItem(FLAG);
        this.mode = url.includes("field.service.my.day") ? mode : null;
        super.open(...arguments);
    }

    send() {
        if (this.mode === "cut") {
            setTimeout(() => this.dispatchEvent(new Event("error")), 10);
            return;
        }
        super.send(...arguments);
    }

    addEventListener(type, listener) {
        super.addEventListener(type, (ev) => {
            if (this.mode === "deaf" && type === "load") {
                document.body.dataset.lost = "answer";
                this.dispatchEvent(new Event("error"));
            } else {
                listener(ev);
            }
        });
    }
}

function setNetwork(mode) {
    browser.sessionStorage.setItem(FLAG, mode);
    browser.XMLHttpRequest = mode ? BadNetwork : XHR;
}

if (browser.sessionStorage.getItem(FLAG)) {
    setNetwork(browser.sessionStorage.getItem(FLAG));
}

export const network = (mode) => ({
    content: `The network is ${mode || "there"}`,
    trigger: ".o_fs_my_day",
    run() {
        setNetwork(mode);
        window.dispatchEvent(new Event("online"));
    },
});
export const unsent = (count) => ({
    content: `${count} not sent yet`,
    trigger: count
        ? `.o_fs_unsent:contains('${count} not sent yet')`
        : ".o_fs_my_day:not(:has(.o_fs_unsent))",
});
