import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useDebounced} from "@web/core/utils/timing";
import {isOutOfRange, parseNumber} from "./pending.esm";
import {MyDayPhotos} from "./photos.esm";

/** Typed text is kept after this time, even when nobody leaves the field. */
export const TYPING_MS = 1500;

/** One question of the checklist, answered where it stands. */
export class MyDayQuestion extends Component {
    static template = "field_service.MyDayQuestion";
    static components = {MyDayPhotos};
    static props = {question: Object, page: Object, report: Function};

    setup() {
        this.draft = useState({text: null});
        this.keepLater = useDebounced(() => this.keep(), TYPING_MS, {
            execBeforeUnmount: true,
        });
        this.yesNo = [
            ["yes", _t("Yes")],
            ["no", _t("No")],
            ["na", _t("N/A")],
        ];
    }

    get isNumber() {
        return ["number", "reading"].includes(this.props.question.type);
    }

    get photos() {
        const {question, page} = this.props;
        return page.photos.filter((photo) => photo.answer_id === question.id);
    }

    /** What is in the field now, whether it was left or not. */
    get typed() {
        return this.draft.text === null ? this.props.question.value : this.draft.text;
    }

    get isNoNumber() {
        return this.isNumber && Boolean(this.typed) && parseNumber(this.typed) === null;
    }

    get isBad() {
        return isOutOfRange({...this.props.question, value: this.typed});
    }

    get limits() {
        const {limits, minimum, maximum, unit} = this.props.question;
        const values = {minimum, maximum, unit};
        return {
            minimum: _t("At least %(minimum)s %(unit)s", values),
            maximum: _t("At most %(maximum)s %(unit)s", values),
            between: _t("%(minimum)s to %(maximum)s %(unit)s", values),
            none: unit,
        }[limits];
    }

    get mustChooseAsset() {
        const {question, page} = this.props;
        return question.type === "reading" && page.assets.length > 1;
    }

    answer(value, values = {}) {
        const {question, report} = this.props;
        this.draft.text = null;
        const payload = {answer_id: question.id, question: question.name, value};
        return report("answer", {...payload, ...values});
    }

    /** A second tap on the same answer takes it back. */
    toggle(value) {
        return this.answer(this.props.question.value === value ? false : value);
    }

    onInput(ev) {
        this.draft.text = ev.target.value;
        this.keepLater();
    }

    onChange(ev) {
        this.draft.text = ev.target.value;
        this.keep();
        if (!this.isNoNumber) {
            this.draft.text = null;
        }
    }

    /** Reports what was typed, unless it is known or cannot be right. */
    keep() {
        const {question, report} = this.props;
        const text = (this.draft.text || "").trim();
        if (this.draft.text !== null && !this.isNoNumber && text !== (question.value || "")) {
            const payload = {answer_id: question.id, question: question.name};
            report("answer", {...payload, value: text});
        }
    }

    onAsset(ev) {
        this.answer(this.props.question.value, {asset_id: Number(ev.target.value)});
    }
}
