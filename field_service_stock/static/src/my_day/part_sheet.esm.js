import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {parseNumber} from "@field_service/my_day/pending.esm";
import {Component, useState} from "@odoo/owl";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {_t} from "@web/core/l10n/translation";
import {useBus, useService} from "@web/core/utils/hooks";
import {MyDayPartSearch} from "./part_search.esm";
import {findLot, getBelieved, itemOfPart} from "./part_stock.esm";

/** Which part was used, how many, from where, and which piece: by search or by scan. */
export class MyDayPartSheet extends Component {
    static template = "field_service_stock.MyDayPartSheet";
    static components = {MyDayPartSearch, MyDaySheet};
    static props = {
        page: Object,
        report: Function,
        close: Function,
        part: {type: Object, optional: true},
        code: {type: String, optional: true},
        draft: {type: Object, optional: true},
    };

    setup() {
        this.model = useService("field_service_my_day");
        this.day = useState(this.model.state);
        this.outbox = useState(this.model.outbox.state);
        this.state = useState({
            offline: false,
            item: null,
            part: null,
            quantity: "1",
            uomId: null,
            locationId: this.places[0]?.id || false,
            lots: [],
            number: "",
            theirs: false,
            installAs: "component",
            oldUnit: "customer",
        });
        this.hasCamera = isBarcodeScannerSupported();
        useBus(useService("barcode").bus, "barcode_scanned", (ev) =>
            this.onScanned(ev.detail.barcode)
        );
        const {part, draft} = this.props;
        if (draft?.product_id) {
            this.restore(draft);
        } else if (part) {
            this.choosePart(part);
        }
    }

    /** Takes up a report that was refused, to put it right. */
    restore(draft) {
        const {page} = this.props;
        const part = page.parts.find(({id}) => id === draft.part_id);
        this.state.locationId = draft.location_id || this.state.locationId;
        if (part) {
            this.choosePart(part, draft.location_id);
        } else {
            this.choose(this.know(draft.product_id) || {...draft.item, quantity: null});
        }
        Object.assign(this.state, {
            quantity: String(draft.quantity),
            uomId: draft.uom_id || this.state.uomId,
            lots: [...(draft.lots || [])],
            theirs: Boolean(draft.customer_supplied),
        });
        if (draft.install) {
            this.setInstall(draft.install);
        }
    }

    /** What was scanned, and what it was when the report was refused. */
    get code() {
        return this.props.code || this.props.draft?.code;
    }

    get title() {
        return this.state.item ? this.state.item.name : _t("Use another part");
    }

    // -------------------------------------------------------------------- places
    get places() {
        const {company_id} = this.props.page;
        return (this.day.setup.stock?.places || []).filter(
            (place) => place.company_id === company_id
        );
    }

    get placeName() {
        return this.places.find(({id}) => id === this.state.locationId)?.name || "";
    }

    get isOwnVan() {
        return this.places.some(({id, own}) => own && id === this.state.locationId);
    }

    /** What the phone knows of the company's goods in the place that is chosen. */
    get items() {
        const {company_id} = this.props.page;
        return (this.day.setup.stock?.items || []).filter(
            (item) =>
                item.company_id === company_id &&
                (item.location_id === this.state.locationId || !item.stored)
        );
    }

    know(productId) {
        return this.items.find((item) => item.product_id === productId);
    }

    async onPlace(ev) {
        this.state.locationId = Number(ev.target.value);
        const {item} = this.state;
        if (item) {
            const known = this.know(item.product_id);
            const here = {...item, location_id: this.state.locationId};
            const {units} = item;
            this.state.item = {...(known || {...here, quantity: null, lots: []}), units};
            if (!known) {
                await this.askAbout(item);
            }
            this.dropStrangers();
        }
    }

    /** What is known not to be in the place is not meant; nobody knows everything. */
    dropStrangers() {
        const {item, lots} = this.state;
        if (item.quantity !== null) {
            this.state.lots = lots.filter(({name}) => findLot(item, name));
        }
    }

    // --------------------------------------------------------------- the server
    /** What the server finds in the place that is chosen; null without an answer. */
    async find(text) {
        try {
            const {page} = this.props;
            const place = this.state.locationId;
            const found = await this.model.ask("find_parts", page.id, text, place);
            this.state.offline = false;
            return found;
        } catch {
            this.state.offline = true;
            return null;
        }
    }

    /** Asks how many there are of one product in the place that is chosen. */
    async askAbout(item) {
        const place = this.state.locationId;
        const found = await this.find(item.barcode || item.code || item.name);
        const here = found?.find(({product_id}) => product_id === item.product_id);
        if (here && this.state.item && this.state.locationId === place) {
            this.state.item = {...here, units: this.state.item.units};
        }
    }

    // ---------------------------------------------------------------------- scan
    async scan() {
        const code = await scanBarcode(this.env).catch(() => "");
        if (code) {
            this.onScanned(code);
        }
    }

    /** A second code is the piece, or one more of the same. */
    onScanned(code) {
        const {item} = this.state;
        if (item?.tracking === "none" && this.isCode(item, code)) {
            this.step(1);
        } else if (item && item.tracking !== "none" && !this.isCode(item, code)) {
            this.toggleLot(this.lotOf(item, code));
        }
    }

    /** Without a network, a code is reported as it is: the server knows it. */
    reportCode(code) {
        this.send({code, name: code, quantity: 1, location_id: this.state.locationId});
    }

    // -------------------------------------------------------------------- choose
    /** A planned part with this product is the one that is meant. */
    choose(item, code) {
        const part = this.props.page.parts.find(
            ({product_id, to_use, pending, customer_supplied}) =>
                product_id === item.product_id && to_use && !pending && !customer_supplied
        );
        if (part) {
            return this.choosePart(part, null, code);
        }
        const isLot = code && item.tracking !== "none" && !this.isCode(item, code);
        Object.assign(this.state, {
            item,
            part: null,
            quantity: "1",
            uomId: item.uom_id,
            lots: isLot ? [this.lotOf(item, code)] : [],
        });
    }

    isCode(item, code) {
        return [item.barcode, item.code].includes(code);
    }

    choosePart(part, locationId = null, code = "") {
        const {page} = this.props;
        const own = itemOfPart(part, page);
        this.state.locationId = locationId || part.location_id || this.state.locationId;
        const known = this.know(part.product_id);
        const item = {...own, ...known, units: own.units};
        const isLot = code && item.tracking !== "none" && !this.isCode(item, code);
        const settled = part.lots.map(({id, name, quantity}) => ({
            lot_id: id,
            name,
            quantity,
        }));
        Object.assign(this.state, {
            item,
            part,
            quantity: String(part.to_use || 1),
            uomId: part.uom_id,
            lots: isLot ? [this.lotOf(item, code)] : settled,
        });
        if (part.install) {
            this.setInstall(part.install);
        }
        if (!known && item.stored) {
            this.askAbout(item);
        }
    }

    // ------------------------------------------------------------------- put in as
    /** Whether the piece becomes equipment; several of a kind are put in as planned. */
    get isInstalled() {
        const {item, part, theirs} = this.state;
        return this.isSerial && item.makes_equipment && !theirs && !(part?.planned > 1);
    }

    setInstall({as, asset_id: unitId, old_unit: oldUnit}) {
        this.state.installAs = as === "replace" ? `replace:${unitId}` : as;
        this.state.oldUnit = oldUnit || "customer";
    }

    /** What stands there, and what the office has planned even if it is elsewhere. */
    get unitChoices() {
        return (this.props.page.units || []).map((unit) => ({
            ...unit,
            value: `replace:${unit.id}`,
            label: unit.serial
                ? _t("In place of %(name)s (%(serial)s)", unit)
                : _t("In place of %(name)s", unit),
        }));
    }

    /** The unit that goes out, if one does. */
    get oldUnit() {
        return this.unitChoices.find(({value}) => value === this.state.installAs);
    }

    onInstallAs(ev) {
        this.state.installAs = ev.target.value;
        if (!this.oldUnit?.takes_back) {
            this.state.oldUnit = "customer";
        }
    }

    /** What the server is told; a choice that was not offered is not changed. */
    get install() {
        const {installAs, part, oldUnit} = this.state;
        if (!this.isInstalled) {
            return {};
        }
        if (installAs.startsWith("replace:")) {
            const unitId = Number(installAs.split(":")[1]);
            return {install: {as: "replace", asset_id: unitId, old_unit: oldUnit}};
        }
        const planned = part?.install;
        const kept = planned?.as === installAs ? planned.asset_id : false;
        return {install: {as: installAs, asset_id: kept}};
    }

    // ------------------------------------------------------------------ quantity
    get unit() {
        const {item, uomId} = this.state;
        return item.units.find(({id}) => id === uomId) || item.units[0];
    }

    get isSerial() {
        return this.state.item.tracking === "serial";
    }

    /** In the unit that is chosen; null when it is no number. */
    get quantity() {
        if (this.isSerial && !this.state.theirs) {
            return this.state.lots.length / this.unit.factor;
        }
        return parseNumber(this.state.quantity);
    }

    step(change) {
        this.state.quantity = String(Math.max(0, (this.quantity || 0) + change));
    }

    // ---------------------------------------------------------------------- lots
    lotOf(item, code) {
        const lot = findLot(item, code);
        return lot
            ? {lot_id: lot.id, name: lot.name, quantity: 1}
            : {name: code.trim(), quantity: 1};
    }

    /** The lots that are there, and those that were typed or scanned. */
    get lotChoices() {
        const {item, lots} = this.state;
        const typed = lots.filter(
            (lot) => !item.lots.some(({name}) => name === lot.name)
        );
        const known = item.lots.map(({id, name, quantity}) => ({
            lot_id: id,
            name,
            there: quantity,
        }));
        return [...known, ...typed.map((lot) => ({...lot, isUnknown: true}))];
    }

    isChosen(lot) {
        return this.state.lots.some(({name}) => name === lot.name);
    }

    toggleLot({lot_id, name}) {
        const {state} = this;
        if (this.isChosen({name})) {
            state.lots = state.lots.filter((lot) => lot.name !== name);
        } else {
            const lot = {lot_id, name, quantity: 1};
            state.lots = this.isSerial ? [...state.lots, lot] : [lot];
        }
    }

    addNumber() {
        const {item, number} = this.state;
        if (number.trim() && !this.isChosen({name: number.trim()})) {
            this.toggleLot(this.lotOf(item, number));
        }
        this.state.number = "";
    }

    /** Each piece once; a lot takes all of the quantity. In the product's unit. */
    get usedLots() {
        const {lots, item} = this.state;
        if (this.state.theirs || item.tracking === "none") {
            return [];
        }
        const amount = (this.quantity || 0) * this.unit.factor;
        return lots.map((lot) => ({...lot, quantity: this.isSerial ? 1 : amount}));
    }

    // ---------------------------------------------------------------------- send
    get warning() {
        const {item, theirs} = this.state;
        if (theirs || !item.stored || !this.quantity) {
            return "";
        }
        if (item.quantity === null || item.quantity === undefined) {
            return this.state.offline
                ? _t("No connection: what is there cannot be told.")
                : "";
        }
        const lotId = this.isSerial ? null : this.usedLots[0]?.lot_id;
        const believed = getBelieved(item, lotId, this.outbox.actions);
        if (this.quantity * this.unit.factor <= believed) {
            return "";
        }
        return _t(
            "%(place)s: the system believes that %(believed)s %(unit)s are there. Its stock becomes negative.",
            {place: this.placeName, believed, unit: item.unit}
        );
    }

    get mustChooseLot() {
        const {item, theirs, lots} = this.state;
        return item.tracking !== "none" && !theirs && !lots.length;
    }

    /** One unit takes the place of one. */
    get isTooMany() {
        return this.isInstalled && this.oldUnit && this.state.lots.length > 1;
    }

    get canUse() {
        return this.quantity > 0 && !this.mustChooseLot && !this.isTooMany;
    }

    use() {
        const {item, part, theirs, locationId} = this.state;
        const {quantity, unit, usedLots} = this;
        const anything = [{lot_id: null, quantity: quantity * unit.factor}];
        this.send({
            ...(part ? {part_id: part.id} : {}),
            product_id: item.product_id,
            name: item.name,
            unit: unit.name,
            quantity,
            uom_id: unit.id,
            location_id: theirs ? false : locationId,
            lots: usedLots,
            customer_supplied: theirs,
            ...this.install,
            // For this phone: what is left until the server has it.
            used: {
                product_id: item.product_id,
                location_id: locationId,
                lots: theirs ? [] : usedLots.length ? usedLots : anything,
            },
            item: {...item, lots: []},
        });
    }

    send(payload) {
        this.props.report("part", payload);
        this.props.close();
    }
}
