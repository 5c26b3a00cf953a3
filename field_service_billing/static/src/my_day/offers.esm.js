import {
    kindRegistry,
    sectionRegistry,
} from "@field_service/my_day/registries.esm";
import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const LABELS = {
    presented: () => _t("Presented"),
    accepted: () => _t("Accepted"),
    declined: () => _t("Declined"),
    later: () => _t("Later"),
};
const ANSWERED = ["accepted", "declined", "later"];

/** What may be recommended on a visit: the sentence, the choice, the answer. */
export class MyDayOffers extends Component {
    static template = "field_service_billing.MyDayOffers";
    static props = {page: Object, report: Function};

    setup() {
        this.state = useState({offer: null, asking: null, note: "", date: ""});
        this.chosen = useState({});
    }

    get tomorrow() {
        return luxon.DateTime.now().plus({days: 1}).toISODate();
    }

    isAnswered(offer) {
        return ANSWERED.includes(offer.state);
    }

    /** The package that was tapped; the only one need not be. */
    packageOf(offer) {
        const only = offer.packages.length === 1 ? offer.packages[0].id : null;
        return this.chosen[offer.id] || offer.package_id || only;
    }

    choose(offer, choice) {
        this.chosen[offer.id] = choice.id;
    }

    ask(offer, asking) {
        Object.assign(this.state, {offer: offer.id, asking, note: "", date: ""});
    }

    get close() {
        return () => Object.assign(this.state, {offer: null, asking: null});
    }

    isAsking(offer, asking) {
        return this.state.offer === offer.id && this.state.asking === asking;
    }

    answer(offer, answer, values = {}) {
        this.close();
        return this.props.report("offer", {
            offer_id: offer.id,
            package_id: this.packageOf(offer) || false,
            answer,
            ...values,
        });
    }
}

sectionRegistry.add("offers", {Component: MyDayOffers, sequence: 60});

kindRegistry.add("offer", {
    apply(page, {payload}) {
        page.offers = page.offers.map((offer) =>
            offer.id === payload.offer_id
                ? {
                      ...offer,
                      state: payload.answer,
                      state_label: LABELS[payload.answer](),
                      package_id: payload.package_id,
                  }
                : offer
        );
    },
    label: ({payload}) => _t("Recommendation: %s", LABELS[payload.answer]?.() || ""),
});
