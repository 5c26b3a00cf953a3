import {Component, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {getClock} from "./pending.esm";

/** Milliseconds as "1:05:09". */
export function formatDuration(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    const parts = [
        Math.floor(seconds / 3600),
        Math.floor(seconds / 60) % 60,
        seconds % 60,
    ];
    return parts
        .map((part, index) => (index ? `${part}`.padStart(2, "0") : part))
        .join(":");
}

/** What goes on and since when, from the times of the events. */
export class MyDayClock extends Component {
    static template = "field_service.MyDayClock";
    static props = {page: Object, phases: Object, offset: Number};

    setup() {
        this.state = useState({now: Date.now()});
        const timer = setInterval(() => (this.state.now = Date.now()), 1000);
        onWillUnmount(() => clearInterval(timer));
        this.formatDuration = formatDuration;
        this.labels = {
            travel: _t("On the way"),
            wait: _t("On site, not working yet"),
            work: _t("Working"),
            pause: _t("Paused"),
        };
    }

    get clock() {
        const {page, phases, offset} = this.props;
        return getClock(page, phases, this.state.now + offset);
    }
}
