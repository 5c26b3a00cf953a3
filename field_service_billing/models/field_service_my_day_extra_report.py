from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceMyDayExtraReport(models.AbstractModel):
    """What the customer has said on site about extra work: kept once, and sold."""

    _name = "field.service.my.day.extra.report"
    _description = "Reports about Extra Work"

    @api.model
    def _apply_extra(self, report):
        """Keep what the customer has said about extra work, and sell it.

        :return: what to tell the technician, if anything
        """
        payload = report.payload
        # Prices and sales orders are not the technician's; what he says is checked.
        order = report.visit.order_id.sudo()
        product = self._find_extra_product(payload, order)
        quantity = self._parse_quantity(payload["quantity"])
        if quantity <= 0:
            raise UserError(self.env._("Say how much of it."))
        extra = (
            self.env["field.service.extra"]
            .sudo()
            .create(
                {
                    "order_id": order.id,
                    "visit_id": report.visit.id,
                    "currency_id": order.billing_currency_id.id,
                    "product_id": product.id,
                    "quantity": quantity,
                    "amount_total": self._parse_quantity(payload["total"]),
                    **self._prepare_extra_answer(report),
                }
            )
        )
        problem = extra.state != "declined" and extra._accept()
        if not problem:
            return None
        return self.env._(
            "The signature is kept; the office has to look at it: %(problem)s",
            problem=problem,
        )

    @api.model
    def _prepare_extra_answer(self, report):
        """Return the values of what the customer has said."""
        payload = report.payload
        if payload.get("declined"):
            reason = str(payload.get("reason") or "").strip()
            return {"state": "declined", "decline_reason": reason or False}
        signature = payload.get("signature")
        name = str(payload.get("signed_by") or "").strip()
        if not signature or not name:
            raise UserError(
                self.env._("The customer has to sign before extra work is done.")
            )
        self.env["field.service.photo"]._check_image(
            signature, self.env._("The signature")
        )
        return {
            "signature": signature,
            "signed_by": name,
            "signed_on": fields.Datetime.to_string(report.time),
        }

    @api.model
    def _find_extra_product(self, payload, order):
        # As above.
        product = self.env["product.product"].sudo().browse(int(payload["product_id"]))
        if (
            not product.exists()
            or not product.service_on_site
            or not product.sale_ok
            or product.company_id not in (order.company_id, order.company_id.browse())
        ):
            raise UserError(
                self.env._("This is not sold on site any longer: load the page anew.")
            )
        return product
