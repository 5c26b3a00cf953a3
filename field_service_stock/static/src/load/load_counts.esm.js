import {browser} from "@web/core/browser/browser";

/** Amounts are shown and compared without the dust of binary fractions. */
export function round(quantity) {
    return Math.round(quantity * 1e6) / 1e6;
}

/**
 * What has been counted for one list: kept on the phone until the server has it, so that
 * neither a reload nor a lost network loses a count.
 */
export class LoadCounts {
    constructor(key) {
        this.key = key;
        this.counts = {};
        this.confirmKey = "";
        this.restore();
    }

    restore() {
        try {
            const kept = JSON.parse(browser.localStorage.getItem(this.key) || "{}");
            this.counts = kept.counts || {};
            this.confirmKey = kept.confirmKey || "";
        } catch {
            this.clear();
        }
    }

    save() {
        const {counts, confirmKey} = this;
        browser.localStorage.setItem(this.key, JSON.stringify({counts, confirmKey}));
    }

    clear() {
        this.counts = {};
        this.confirmKey = "";
        browser.localStorage.removeItem(this.key);
    }

    /** Forgets what is not on the list any more. */
    prune(lines) {
        const open = new Set(lines.filter((line) => line.can_load).map(({id}) => id));
        for (const id of Object.keys(this.counts)) {
            if (!open.has(Number(id))) {
                delete this.counts[id];
            }
        }
        this.save();
    }

    get(line) {
        return this.counts[line.id] || {quantity: 0, lots: {}, reason: ""};
    }

    set(line, values) {
        this.counts[line.id] = {...this.get(line), ...values};
        // What is sent next is something else than what may have been sent before.
        this.confirmKey = "";
        this.save();
    }

    /** Adds something; more than is needed is not counted. Returns whether it was. */
    add(line, quantity, lot = null) {
        const count = this.get(line);
        if (round(count.quantity + quantity) > line.needed) {
            return false;
        }
        const lots = {...count.lots};
        if (lot) {
            const known = lots[lot.id]?.quantity || 0;
            lots[lot.id] = {name: lot.name, quantity: round(known + quantity)};
        }
        this.set(line, {quantity: round(count.quantity + quantity), lots});
        return true;
    }

    /** Takes the last piece back; of lots the last one. */
    remove(line, quantity) {
        const count = this.get(line);
        const lots = {...count.lots};
        const last = Object.keys(lots).pop();
        if (last) {
            lots[last] = {...lots[last], quantity: round(lots[last].quantity - quantity)};
            if (lots[last].quantity <= 0) {
                delete lots[last];
            }
        }
        this.set(line, {quantity: Math.max(0, round(count.quantity - quantity)), lots});
    }

    /** Counts what Odoo has reserved. */
    fill(line) {
        const lots = Object.fromEntries(
            line.lots.map(({id, name, quantity}) => [id, {name, quantity}])
        );
        this.set(line, {quantity: line.available, lots, reason: ""});
    }

    /** What the server is told, always under the same key until it has answered. */
    toSend(lines) {
        if (!this.confirmKey) {
            this.confirmKey = crypto.randomUUID
                ? crypto.randomUUID()
                : `${Date.now()}-${Math.random()}`;
            this.save();
        }
        return lines
            .filter((line) => line.can_load)
            .map((line) => {
                const {quantity, lots, reason} = this.get(line);
                return {
                    move_id: line.id,
                    quantity,
                    lots: Object.entries(lots).map(([id, lot]) => ({
                        id: Number(id),
                        quantity: lot.quantity,
                    })),
                    reason,
                };
            });
    }
}
