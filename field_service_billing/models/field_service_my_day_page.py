from odoo import api, models
from odoo.exceptions import UserError


class FieldServiceMyDayPage(models.AbstractModel):
    _name = "field.service.my.day.page"
    _inherit = [
        "field.service.my.day.page",
        "field.service.my.day.offers",
        "field.service.my.day.payment",
        "field.service.my.day.extras",
    ]

    @api.model
    def _get_page_values(self, visit):
        order = visit.order_id
        return {
            **super()._get_page_values(visit),
            # What to tell the customer who asks; without any price.
            "coverage": {
                "kind": order.coverage,
                "text": order._get_coverage_statement(),
                "reason": " ".join(
                    text
                    for text in (order.coverage_reason, order._get_limit_statement())
                    if text
                ),
                # Time goes on without the page being loaded anew.
                "warnings": order._get_limit_warnings(),
            },
            "offers": self._get_offers(visit),
            "payment": self._get_payment_values(visit),
        }

    @api.model
    def _get_pages(self, visits):
        """Add why something may be declined, once for all pages."""
        pages = super()._get_pages(visits)
        extras = self._get_extras(visits)
        for page in pages:
            page["extras"] = extras[page["id"]]
        if any(page["offers"] for page in pages):
            reasons = self.env["field.service.reason"].search([("kind", "=", "offer")])
            named = [{"id": reason.id, "name": reason.name} for reason in reasons]
            for page in pages:
                page["offer_reasons"] = named
        return pages


class FieldServiceMyDayReport(models.AbstractModel):
    _name = "field.service.my.day.report"
    _inherit = [
        "field.service.my.day.report",
        "field.service.my.day.cash",
        "field.service.my.day.extra.report",
    ]

    @api.model
    def _get_action_kinds(self):
        return {
            **super()._get_action_kinds(),
            "offer": "_apply_offer",
            "invoice": "_apply_invoice",
            "cash": "_apply_cash",
            "extra": "_apply_extra",
        }

    @api.model
    def _apply_offer(self, report):
        """Record what the customer says to a recommendation."""
        offer = self.env["field.service.offer"].search(
            [
                ("id", "=", int(report.payload["offer_id"])),
                ("order_id", "=", report.visit.order_id.id),
            ]
        )
        if not offer:
            raise UserError(
                self.env._("This is not recommended any longer: load the page anew.")
            )
        offer._report(
            report.visit, report.payload["answer"], report.time, report.payload
        )
