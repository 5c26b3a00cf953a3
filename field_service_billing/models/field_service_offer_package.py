from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceOfferPackage(models.Model):
    """What is recommended: one of up to three packages of products."""

    _name = "field.service.offer.package"
    _description = "Package of a Recommendation"
    _order = "level, id"
    _check_company_auto = True

    rule_id = fields.Many2one(
        comodel_name="field.service.offer.rule",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="rule_id.company_id", store=True, index=True, precompute=True
    )
    level = fields.Selection(
        selection=[("1", "Good"), ("2", "Better"), ("3", "Best")],
        required=True,
        default="1",
    )
    name = fields.Char(
        required=True, translate=True, help="What the customer is told it is."
    )
    line_ids = fields.One2many(
        comodel_name="field.service.offer.package.line",
        inverse_name="package_id",
        string="Products",
        copy=True,
    )

    _level_uniq = models.Constraint(
        "UNIQUE(rule_id, level)",
        "A rule has one good, one better and one best package.",
    )

    # The level is always given: a new package without lines is looked at, too.
    @api.constrains("level", "line_ids")
    def _check_lines(self):
        for package in self:
            if not package.line_ids:
                raise ValidationError(
                    self.env._("Package %(name)s has no product.", name=package.name)
                )

    def _get_issues(self):
        """Say why this package cannot be sold at this moment."""
        self.ensure_one()
        if not self.line_ids:
            return [self.env._("Package %(name)s has no product.", name=self.name)]
        return [
            self.env._("%(product)s is archived.", product=product.display_name)
            for product in self.line_ids.product_id
            if not product.active
        ]

    def _is_sellable(self):
        """Tell whether everything in the package can be sold."""
        return not self._get_issues()

    def _get_content(self):
        """Return what is in the package, in words without prices."""
        return ", ".join(self.line_ids.mapped("display_name"))

    def _get_price(self, order, currency=None):
        """Return what the customer of an order pays, from his pricelist.

        :param currency: the currency of the price; the customer's by default
        """
        self.ensure_one()
        currency = currency or order.billing_currency_id
        today = fields.Date.context_today(self)
        return currency.round(
            sum(
                line.quantity
                * order.pricelist_id._get_product_price(
                    line.product_id.with_company(order.company_id),
                    line.quantity,
                    currency=currency,
                    uom=line.product_id.uom_id,
                    date=today,
                )
                for line in self.line_ids
            )
        )

    def _get_margin(self, order):
        """Return price minus standard cost, in company currency."""
        self.ensure_one()
        cost = sum(
            line.quantity
            * line.product_id.with_company(order.company_id).standard_price
            for line in self.line_ids
        )
        currency = order.company_id.currency_id
        return currency.round(self._get_price(order, currency) - cost)
