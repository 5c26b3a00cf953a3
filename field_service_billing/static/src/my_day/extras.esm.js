import {
    kindRegistry,
    sectionRegistry,
} from "@field_service/my_day/registries.esm";
import {parseNumber} from "@field_service/my_day/pending.esm";
import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {MyDaySignature} from "@field_service/my_day/signature_pad.esm";
import {Component, useState} from "@odoo/owl";
import {formatCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";

const TYPING_MS = 400;

/** Cents, as a person adds them up. */
const round = (amount) => Math.round((amount + Number.EPSILON) * 100) / 100;

/** One piece of extra work: what, how much, the price, and what the customer says. */
export class MyDayExtraSheet extends Component {
    static template = "field_service_billing.MyDayExtraSheet";
    static components = {MyDaySheet, MyDaySignature};
    static props = {page: Object, report: Function, close: Function};

    setup() {
        this.model = useService("field_service_my_day");
        this.state = useState({
            text: "",
            item: null,
            quantity: "1",
            exact: null,
            step: "choose",
            reason: "",
        });
        this.askPriceLater = useDebounced(() => this.askPrice(), TYPING_MS);
    }

    get found() {
        const text = this.state.text.trim().toLowerCase();
        const {catalog} = this.props.page.extras;
        return catalog.filter(({name}) => name.toLowerCase().includes(text));
    }

    get quantity() {
        const quantity = parseNumber(this.state.quantity);
        return quantity > 0 ? quantity : null;
    }

    /** The server's total, and without a network the price of one times the quantity. */
    get total() {
        const {item, exact} = this.state;
        return exact ?? round(item.price * (this.quantity || 0));
    }

    format(amount) {
        return formatCurrency(amount, this.props.page.extras.currency_id);
    }

    choose(item) {
        Object.assign(this.state, {item, step: "price", exact: null});
        this.askPrice();
    }

    step(change) {
        const quantity = Math.max(1, (this.quantity || 0) + change);
        this.setQuantity(String(quantity));
    }

    setQuantity(text) {
        Object.assign(this.state, {quantity: text, exact: null});
        this.askPriceLater();
    }

    async askPrice() {
        const {item, quantity: text} = this.state;
        if (!item || !this.quantity) {
            return;
        }
        const args = [this.props.page.id, item.id, this.quantity];
        try {
            const exact = await this.model.ask("get_extra_price", ...args);
            if (this.state.item === item && this.state.quantity === text) {
                this.state.exact = exact;
            }
        } catch {
            // Without a network, the price of one piece is known.
        }
    }

    get values() {
        const {item} = this.state;
        return {
            product_id: item.id,
            name: item.name,
            unit: item.unit,
            quantity: this.quantity,
            total: this.total,
        };
    }

    onSigned(signed) {
        this.props.report("extra", {...this.values, ...signed});
        this.props.close();
    }

    decline() {
        const reason = this.state.reason.trim();
        this.props.report("extra", {...this.values, declined: true, reason});
        this.props.close();
    }

    go(step) {
        this.state.step = step;
    }
}

/** Extra work of a visit: what the customer has accepted or declined, and more. */
export class MyDayExtras extends Component {
    static template = "field_service_billing.MyDayExtras";
    static components = {MyDayExtraSheet};
    static props = {page: Object, report: Function};

    setup() {
        this.state = useState({open: false});
    }

    get canSell() {
        const {editable, extras, state} = this.props.page;
        const here = ["on_site", "working", "paused"].includes(state);
        return editable && here && extras.catalog.length > 0;
    }

    get close() {
        return () => (this.state.open = false);
    }

    format(amount) {
        return formatCurrency(amount, this.props.page.extras.currency_id);
    }
}

sectionRegistry.add("extras", {Component: MyDayExtras, sequence: 50});

kindRegistry.add("extra", {
    apply(page, {key, payload}) {
        const item = {
            id: key,
            name: payload.name,
            quantity: payload.quantity,
            unit: payload.unit,
            total: payload.total,
            state: payload.declined ? "declined" : "accepted",
            state_label: payload.declined ? _t("Declined") : _t("Accepted"),
            signed_by: payload.signed_by || "",
            pending: true,
        };
        page.extras = {...page.extras, items: [item, ...page.extras.items]};
    },
    label: ({payload}) => _t("Extra work: %(name)s", {name: payload.name}),
});
