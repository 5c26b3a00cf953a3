from odoo import api, fields, models

from .field_service_job_type import PRICE_GROUPS


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["field.service.bill.line", "account.move.line"]

    service_accrual_line_id = fields.Many2one(
        comodel_name="field.service.accrual.line",
        string="Accrued for",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )

    service_fee_period_id = fields.Many2one(
        comodel_name="field.service.fee.period",
        string="Period of an Agreement Fee",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        groups=PRICE_GROUPS,
    )

    # Sites are no secret to whoever reads the invoice; work orders may be.
    service_site_id = fields.Many2one(
        comodel_name="res.partner",
        string="Site of the Work",
        compute="_compute_service_site_id",
        compute_sudo=True,
        help="Where the work was done that this line is about.",
    )

    # With its customer's name before it, a column of a list would cut off the rest.
    service_site_name = fields.Char(
        string="Site",
        compute="_compute_service_site_id",
        compute_sudo=True,  # as above
    )

    @api.depends("sale_line_ids.service_order_id.site_id.name")
    def _compute_service_site_id(self):
        for line in self:
            site = line.sale_line_ids.service_order_id.site_id[:1]
            line.service_site_id = site
            line.service_site_name = site.name or site.street or site.display_name

    def _get_service_site_label(self):
        """Return the site in one line, as the customer reads it on the invoice."""
        site = self.service_site_id
        return ", ".join(part for part in (site.name, site.street, site.city) if part)

    def _copy_data_extend_business_fields(self, values):
        """A credit note is about the same period; a plain copy is about none."""
        result = super()._copy_data_extend_business_fields(values)
        # Whoever credits an invoice need not see fees.
        period = self.sudo().service_fee_period_id
        if period:
            values["service_fee_period_id"] = period.id
        return result

    def _related_analytic_distribution(self):
        """An invoice line belongs to the one work order of its sale line.

        Unless somebody has put it on a work order by hand already.
        """
        related = super()._related_analytic_distribution()
        orders = self.sale_line_ids.service_order_id
        if len(orders) != 1 or self._get_service_distribution(
            self.analytic_distribution or {}
        ):
            return related
        return orders._merge_analytic_distribution(related)

    def _is_charged_on(self):
        """Tell whether a vendor's bill line is charged to the customer of its order.

        What is delivered to the customer by the vendor is sold by its own sale line.
        Purchases are those of other modules, on which the suite does not depend.
        """
        self.ensure_one()
        if "purchase_line_id" not in self._fields:
            return True
        bought = self.purchase_line_id
        return "sale_line_id" not in bought._fields or not bought.sale_line_id

    def _is_service_consumption(self):
        # Our sale lines bill parts whose cost was posted when they were used, also
        # on a credit note and when the moves were taken off the line.
        return super()._is_service_consumption() or any(
            line._is_from_work() for line in self.sudo().sale_line_ids
        )
