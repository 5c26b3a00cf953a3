import {
    kindRegistry,
    missingRegistry,
    sectionRegistry,
} from "@field_service/my_day/registries.esm";
import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useBus, useService} from "@web/core/utils/hooks";
import {MyDayPartReturnSheet} from "./part_return_sheet.esm";
import {MyDayPartSheet} from "./part_sheet.esm";
import {isOpen} from "./part_stock.esm";

/** The parts of a visit: planned ones with one tap, others by search or scan. */
export class MyDayParts extends Component {
    static template = "field_service_stock.MyDayParts";
    static components = {MyDayPartReturnSheet, MyDayPartSheet};
    static props = {page: Object, report: Function};

    setup() {
        this.model = useService("field_service_my_day");
        this.outbox = useState(this.model.outbox.state);
        this.quantities = useState({});
        this.sheet = useState({name: null, part: null, code: null, draft: null});
        useBus(useService("barcode").bus, "barcode_scanned", (ev) => {
            if (this.props.page.editable && !this.sheet.name) {
                this.open("use", {code: ev.detail.barcode});
            }
        });
    }

    open(name, values = {}) {
        Object.assign(this.sheet, {name, part: null, code: null, draft: null, ...values});
    }

    get close() {
        return () => this.open(null);
    }

    /** What the server did not take, with its reason: nothing of it is lost. */
    get refused() {
        return this.outbox.actions.filter(
            ({kind, status, visit_id}) =>
                kind === "part" && status === "refused" && visit_id === this.props.page.id
        );
    }

    labelOf(action) {
        return kindRegistry.get("part").label(action);
    }

    canCorrect({payload}) {
        return Boolean(payload.item || payload.code);
    }

    /** The new report takes the place of the one that was refused. */
    reportAgain(kind, payload) {
        const {draft} = this.sheet;
        this.props.report(kind, payload);
        if (draft) {
            this.model.outbox.discard(draft.key);
        }
    }

    discard(action) {
        this.model.outbox.discard(action.key);
    }

    retry(action) {
        this.model.outbox.retry(action.key);
    }

    // ------------------------------------------------------------------- one tap
    quantity(part) {
        return this.quantities[part.id] ?? part.to_use;
    }

    change(part, step) {
        this.quantities[part.id] = Math.max(step > 0 ? 1 : 0, this.quantity(part) + step);
    }

    /** Whether it is clear which piece is meant: the reserved ones, all of them. */
    isClear(part) {
        const pieces = part.lots.reduce((sum, lot) => sum + lot.quantity, 0);
        return (
            part.tracking === "none" ||
            Math.abs(pieces - this.quantity(part) * part.factor) < 1e-6
        );
    }

    use(part) {
        if (!this.isClear(part)) {
            return this.open("use", {part});
        }
        const quantity = this.quantity(part);
        delete this.quantities[part.id];
        const lots = part.lots.map(({id, name, quantity: pieces}) => ({
            lot_id: id,
            name,
            quantity: pieces,
        }));
        const anything = [{lot_id: null, quantity: quantity * part.factor}];
        const {product_id, location_id} = part;
        return this.props.report("part", {
            part_id: part.id,
            name: part.name,
            quantity,
            lots,
            used: {product_id, location_id, lots: lots.length ? lots : anything},
        });
    }

    release(part) {
        const {id, name} = part;
        return this.props.report("part", {part_id: id, name, release: true});
    }

    onSite(part) {
        const {id, name} = part;
        return this.props.report("part", {part_id: id, name, on_site: true});
    }

    describeRest({rest, unit}) {
        return _t("%(rest)s %(unit)s more were loaded for this order.", {rest, unit});
    }

    names(lots) {
        return lots.map(({name}) => name).join(", ");
    }
}

/** Where a visit is finished: what was neither used nor released. */
export class MyDayPartsFinish extends Component {
    static template = "field_service_stock.MyDayPartsFinish";
    static props = {page: Object, report: Function};

    get parts() {
        return this.props.page.parts.filter(isOpen);
    }

    keep(parts) {
        for (const {id, name} of parts) {
            this.props.report("part", {part_id: id, name, release: true});
        }
    }
}

sectionRegistry.add("parts", {
    Component: MyDayParts,
    Finish: MyDayPartsFinish,
    isOpen: (page) => (page.parts || []).some(isOpen),
    sequence: 20,
});

missingRegistry.add("parts", (page) => {
    const parts = page.parts.filter(isOpen).map(({name}) => name);
    const text = _t("The technician must use or release these parts: %(parts)s.", {
        parts: parts.join(", "),
    });
    return parts.length ? [{code: "parts", text}] : [];
});

/** What a report makes of a part; see `apply` of the kinds. */
function change(part, payload) {
    const settled = {to_use: 0, rest: 0, is_settled: true, pending: true};
    if (payload.release) {
        return {...settled, state: part.used ? part.state : "cancelled"};
    }
    if (payload.on_site || (part.customer_supplied && payload.used)) {
        return {...settled, on_site: true};
    }
    if (payload.return) {
        return {used: part.used - payload.quantity, pending: true};
    }
    if ("total" in payload) {
        return {used: payload.total, pending: true};
    }
    const rest = Math.max(0, part.rest - payload.quantity);
    return {...settled, used: part.used + payload.quantity, state: "used", rest};
}

/** A part nobody planned, until the server knows it. */
function prepareUnplanned({key, payload}) {
    return {
        id: key,
        product_id: payload.product_id,
        name: payload.name,
        unit: payload.unit || "",
        planned: payload.quantity,
        used: payload.customer_supplied ? 0 : payload.quantity,
        to_use: 0,
        rest: 0,
        state: "used",
        lots: [],
        used_lots: payload.lots || [],
        customer_supplied: Boolean(payload.customer_supplied),
        on_site: Boolean(payload.customer_supplied),
        is_settled: true,
        pending: true,
    };
}

kindRegistry.add("part", {
    apply(page, action) {
        const {payload} = action;
        if (!payload.part_id) {
            page.parts = [...page.parts, prepareUnplanned(action)];
            return;
        }
        page.parts = page.parts.map((part) =>
            part.id === payload.part_id ? {...part, ...change(part, payload)} : part
        );
    },
    label({payload}) {
        const labels = [
            [payload.release, _t("Part not needed")],
            [payload.return, _t("Part returned")],
            ["total" in payload, _t("Part corrected")],
            [payload.on_site, _t("Part on site")],
            [true, _t("Part used")],
        ];
        const [, label] = labels.find(([holds]) => holds);
        return payload.name ? `${label}: ${payload.name}` : label;
    },
});
