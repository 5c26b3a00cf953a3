import {kindRegistry, sectionRegistry} from "@field_service/my_day/registries.esm";
import {parseNumber} from "@field_service/my_day/pending.esm";
import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {Component, onWillUnmount, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {localization} from "@web/core/l10n/localization";
import {_t} from "@web/core/l10n/translation";
import {uuid} from "@web/core/utils/strings";
import {useService} from "@web/core/utils/hooks";

/** While the customer pays, the page asks whether he has. */
const ASK_MS = 5000;

/** What is to pay for the work, and how: by link, by QR code, or in cash. */
export class MyDayPayment extends Component {
    static template = "field_service_billing.MyDayPayment";
    static components = {MyDaySheet};
    static props = {page: Object, report: Function};

    setup() {
        this.model = useService("field_service_my_day");
        this.outbox = useState(this.model.outbox.state);
        this.state = useState({sheet: null, invoiceId: null, resting: false});
        this.form = useState({amount: "", received: "", receipt: "", email: true});
        onWillUnmount(() => this.stopAsking());
    }

    get payment() {
        return this.props.page.payment;
    }

    /** The invoice of the open sheet, as it is now. */
    get chosen() {
        return this.payment.invoices.find(({id}) => id === this.state.invoiceId);
    }

    get isPaid() {
        const {invoices, ready} = this.payment;
        return !ready && invoices.length > 0 && invoices.every(({state}) => state === "paid");
    }

    /** What the server did not take, with its reason: nothing of it is lost. */
    get refused() {
        return this.outbox.actions.filter(
            ({kind, status, visit_id}) =>
                ["invoice", "cash"].includes(kind) &&
                status === "refused" &&
                visit_id === this.props.page.id
        );
    }

    describeRest({total}) {
        return _t("of %s, the rest is paid", total);
    }

    labelOf(action) {
        return kindRegistry.get(action.kind).label(action);
    }

    discard(action) {
        this.model.outbox.discard(action.key);
    }

    retry(action) {
        this.model.outbox.retry(action.key);
    }

    refresh() {
        return this.model.load(this.model.state.date);
    }

    makeInvoice() {
        if (!this.payment.pending) {
            this.props.report("invoice", {});
        }
    }

    // ---------------------------------------------------------------- link and QR
    openQr(invoice) {
        Object.assign(this.state, {sheet: "qr", invoiceId: invoice.id});
        this.asking = browser.setInterval(() => this.ask(), ASK_MS);
    }

    async ask() {
        await this.refresh();
        if (this.chosen?.state !== "open") {
            this.stopAsking();
        }
    }

    stopAsking() {
        browser.clearInterval(this.asking);
    }

    async share(invoice) {
        const text = {title: invoice.name, text: `${invoice.name}: ${invoice.due}`};
        try {
            if (browser.navigator.share) {
                await browser.navigator.share({...text, url: invoice.link});
            } else {
                await browser.navigator.clipboard.writeText(invoice.link);
                this.state.copied = true;
            }
        } catch {
            // Nothing was shared: the link is on the page.
        }
    }

    // ----------------------------------------------------------------------- cash
    openCash(invoice) {
        Object.assign(this.state, {sheet: "cash", invoiceId: invoice.id});
        const due = this.write(invoice.cash.due, invoice.cash.digits);
        // However often "Received" is tapped, this is one receipt.
        Object.assign(this.form, {
            amount: due,
            received: due,
            receipt: uuid(),
            email: this.payment.email,
        });
    }

    get close() {
        return () => {
            this.stopAsking();
            Object.assign(this.state, {sheet: null, invoiceId: null, copied: false});
        };
    }

    get amount() {
        return parseNumber(this.form.amount);
    }

    get received() {
        return parseNumber(this.form.received);
    }

    /** A number as it is typed here. */
    write(number, digits) {
        return number.toFixed(digits).replace(".", localization.decimalPoint);
    }

    get change() {
        const {digits, symbol, before} = this.chosen.cash;
        const change = (this.received || 0) - (this.amount || 0);
        const text = this.write(change, digits);
        return change > 0 ? (before ? `${symbol} ${text}` : `${text} ${symbol}`) : "";
    }

    /** Why the payment cannot be booked as it is; the server decides. */
    get problem() {
        const {due, text, digits} = this.chosen.cash;
        const cent = 10 ** -digits / 2;
        if (!(this.amount > 0)) {
            return _t("Enter the amount that is paid.");
        }
        if (this.amount > due + cent) {
            return _t("Only %s is to pay: more is change.", text);
        }
        return this.received + cent < this.amount ? _t("Less was received.") : "";
    }

    onAmount(ev) {
        const same = this.form.received === this.form.amount;
        this.form.amount = ev.target.value;
        if (same) {
            this.form.received = ev.target.value;
        }
    }

    takeCash() {
        const {receipt, email} = this.form;
        const {id, name} = this.chosen;
        this.props.report("cash", {
            invoice_id: id,
            name,
            amount: this.amount,
            received: this.received,
            receipt,
            email,
        });
        this.close();
    }
}

sectionRegistry.add("payment", {Component: MyDayPayment, sequence: 90});

kindRegistry.add("invoice", {
    apply(page) {
        page.payment = page.payment && {...page.payment, pending: true};
    },
    label: () => _t("Make the invoice"),
});
kindRegistry.add("cash", {
    apply(page, {payload}) {
        const {payment} = page;
        page.payment = payment && {
            ...payment,
            invoices: payment.invoices.map((invoice) =>
                invoice.id === payload.invoice_id ? {...invoice, pending: true} : invoice
            ),
        };
    },
    label: ({payload}) => _t("Cash for %s", payload.name || ""),
});
