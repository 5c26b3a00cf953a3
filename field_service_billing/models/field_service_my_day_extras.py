from odoo import api, models

MOST_SHOWN = 200


class FieldServiceMyDayExtras(models.AbstractModel):
    """Extra work on the technician's phone: what can be sold, and what was."""

    _name = "field.service.my.day.extras"
    _description = "Extra Work on the Phone"

    @api.model
    def _get_extras(self, visits):
        """Return {visit id: what its page shows of extra work}."""
        # What is shown to a customer is shown to whoever shows it; no costs.
        visits = visits.sudo()
        catalogs = {}
        shown = {}
        for visit in visits:
            order = visit.order_id
            key = (order.partner_id, order.site_id, order.pricelist_id)
            if key not in catalogs:
                catalogs[key] = self._get_extra_catalog(order)
            shown[visit.id] = {
                "currency_id": order.billing_currency_id.id,
                "catalog": catalogs[key],
                "items": [self._get_extra_values(extra) for extra in order.extra_ids],
            }
        return shown

    @api.model
    def _get_extra_catalog(self, order):
        """Return what can be sold on site, with its price including tax."""
        company = order.company_id
        products = order.env["product.product"].with_context(
            lang=self.env.user.lang or "en_US"
        )
        found = products.search(
            [
                ("service_on_site", "=", True),
                ("sale_ok", "=", True),
                ("company_id", "in", (False, company.id)),
            ],
            order="name, id",
            limit=MOST_SHOWN,
        )
        return [
            {
                "id": product.id,
                "name": product.display_name,
                "unit": product.uom_id.name,
                "price": order._get_extra_price(product)[1],
            }
            for product in found
        ]

    @api.model
    def get_extra_price(self, visit_id, product_id, quantity):
        """Return the exact total with tax, when the phone can ask for it.

        :param int visit_id: a visit the user may read
        :param int product_id: what is sold on site
        :param float quantity: how much of it
        :rtype: float
        """
        page = self._with_all_companies()
        # As above.
        order = page._find_visit(visit_id).order_id.sudo()
        reports = self.env["field.service.my.day.report"]
        product = reports._find_extra_product({"product_id": product_id}, order)
        quantity = reports._parse_quantity(quantity)
        return order._get_extra_price(product, quantity)[1]

    @api.model
    def _get_extra_values(self, extra):
        labels = dict(extra._fields["state"]._description_selection(self.env))
        return {
            "id": extra.id,
            "name": extra.product_id.display_name,
            "quantity": extra.quantity,
            "unit": extra.product_id.uom_id.name,
            "total": extra.amount_total,
            "state": extra.state,
            "state_label": labels[extra.state],
            "signed_by": extra.signed_by or "",
        }
