from odoo import api, models
from odoo.tools.misc import formatLang


class FieldServiceMyDayOffers(models.AbstractModel):
    """Recommendations on the technician's phone: at most two of a visit."""

    _name = "field.service.my.day.offers"
    _description = "Recommendations on the Phone"

    @api.model
    def _get_offers(self, visit):
        """Return what the page of a visit shows of recommendations."""
        offers = visit.order_id.offer_ids._get_shown(visit)
        return [self._get_offer_values(offer) for offer in offers]

    @api.model
    def _get_offer_values(self, offer):
        """Return what the phone shows of a recommendation: no cost, no margin."""
        return {
            "id": offer.id,
            "sentence": offer.sentence or "",
            "state": offer.state,
            "state_label": offer._get_state_label(offer.state),
            "package_id": offer.package_id.id,
            "packages": [
                self._get_package_values(offer, package)
                for package in offer.rule_id.package_ids
                if package._is_sellable()
            ],
        }

    @api.model
    def _get_package_values(self, offer, package):
        return {
            "id": package.id,
            "name": package.name,
            "content": package._get_content(),
            "price": self._get_package_price(offer, package),
        }

    @api.model
    def _get_package_price(self, offer, package):
        """Return the customer's price in words, where the company shows it."""
        # The setting and the pricelist are the company's, not the technician's.
        order = offer.order_id.sudo()
        if not order.company_id.service_offer_show_price:
            return ""
        price = package.sudo()._get_price(order)  # as above
        return formatLang(self.env, price, currency_obj=order.billing_currency_id)
