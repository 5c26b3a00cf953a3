import {Component, onWillStart, useState} from "@odoo/owl";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {_t} from "@web/core/l10n/translation";
import {useBus, useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {findExact, itemOfPart, searchItems} from "./part_stock.esm";

const SEARCH_MS = 400;
const SEARCH_LENGTH = 2;

/** Finds a part: in the van without a network, elsewhere by asking the server. */
export class MyDayPartSearch extends Component {
    static template = "field_service_stock.MyDayPartSearch";
    static props = {
        page: Object,
        items: Array,
        find: Function,
        choose: Function,
        reportCode: {type: Function, optional: true},
        code: {type: String, optional: true},
    };

    setup() {
        this.state = useState({text: "", found: [], asking: false, offline: false});
        this.hasCamera = isBarcodeScannerSupported();
        this.askLater = useDebounced(() => this.ask(), SEARCH_MS);
        // Later than whoever else hears it: the sheet must not take it for a piece.
        useBus(useService("barcode").bus, "barcode_scanned", (ev) =>
            Promise.resolve().then(() => this.openCode(ev.detail.barcode))
        );
        onWillStart(() => {
            if (this.props.code) {
                this.openCode(this.props.code);
            }
        });
    }

    get results() {
        const {text, found} = this.state;
        const {items} = this.props;
        const local = text.trim() ? searchItems(items, text) : items;
        const known = new Set(local.map((item) => item.product_id));
        return [...local, ...found.filter((item) => !known.has(item.product_id))];
    }

    onText(ev) {
        this.state.text = ev.target.value;
        this.state.found = [];
        this.askLater();
    }

    /** A scanner that types like a keyboard ends with Enter. */
    onKey(ev) {
        if (ev.key === "Enter" && this.state.text.trim()) {
            this.openCode(this.state.text.trim());
        }
    }

    /** Asks the server for what is not in the van. */
    async ask() {
        const text = this.state.text.trim();
        if (text.length >= SEARCH_LENGTH) {
            const found = await this.find(text);
            if (text === this.state.text.trim()) {
                this.state.found = found;
            }
        }
    }

    async find(text) {
        this.state.asking = true;
        const found = await this.props.find(text);
        Object.assign(this.state, {asking: false, offline: !found});
        return found || [];
    }

    async scan() {
        const code = await scanBarcode(this.env).catch(() => "");
        if (code) {
            this.openCode(code);
        }
    }

    /** Opens what has this code; an unknown one is left to the server. */
    async openCode(code) {
        const {page, items, choose} = this.props;
        this.state.text = code;
        const planned = page.parts
            .filter((part) => part.product_id && !part.customer_supplied && !part.pending)
            .map((part) => itemOfPart(part, page));
        const known = findExact([...items, ...planned], code);
        if (known) {
            return choose(known, code);
        }
        this.state.found = await this.find(code);
        const found = findExact(this.state.found, code);
        // The server finds a product by a serial number that is somewhere else, too.
        const single = this.state.found.length === 1 ? this.state.found[0] : null;
        if (found || (single && single.tracking !== "none")) {
            choose(found || single, code);
        }
    }

    get reportLabel() {
        return _t("Report “%(code)s” as used", {code: this.state.text.trim()});
    }

    get canReportCode() {
        const {text, offline, asking} = this.state;
        return this.props.reportCode && offline && !asking && text.trim() && !this.results.length;
    }
}
