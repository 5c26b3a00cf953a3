from odoo import api, fields, models
from odoo.exceptions import ValidationError

PURCHASE_TYPES = ("in_invoice", "in_refund")


class FieldServiceBillLine(models.AbstractModel):
    """A line of a vendor's bill: for which work order, and for which work on it.

    Both end in the analytic distribution, which alone says whose cost it is.
    """

    _name = "field.service.bill.line"
    _description = "Bill Lines of Work Orders"

    service_subcontract_id = fields.Many2one(
        comodel_name="field.service.subcontract",
        string="Subcontracted Work",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="restrict",
        help="Which work of the vendor this line bills. It costs that work order.",
    )
    service_bill_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="For Work Order",
        compute="_compute_service_bill_order_id",
        inverse="_inverse_service_bill_order_id",
        # Who reads a bill may be told its order.
        compute_sudo=True,
        check_company=True,
        help="Puts the line on this work order: it sets the analytic distribution.",
    )

    # ------------------------------------------------------------------------ order
    @api.depends("analytic_distribution", "company_id")
    def _compute_service_bill_order_id(self):
        accounts = {line: line._get_whole_order_account() for line in self}
        orders = self.env["field.service.order"].search(
            [("analytic_account_id", "in", [one for one in accounts.values() if one])]
        )
        # An order of another company is no order to choose: the integrity list
        # names such a line, and the books are not refused for it.
        by_account = {
            (order.company_id, order.analytic_account_id.id): order for order in orders
        }
        for line in self:
            line.service_bill_order_id = by_account.get(
                (line.company_id, accounts[line])
            )

    def _get_whole_order_account(self):
        """Return the account of the one order that bears the line, if there is one."""
        shares = self._get_service_distribution(self.analytic_distribution or {})
        whole = [int(account) for account, share in shares.items() if share == 100.0]
        return whole[0] if len(shares) == 1 and whole else False

    def _inverse_service_bill_order_id(self):
        # Empty says nothing: a line may be shared by several orders.
        for line in self.filtered("service_bill_order_id"):
            line._put_on_order(line.service_bill_order_id)

    @api.onchange("service_bill_order_id")
    def _onchange_service_bill_order_id(self):
        if self.service_bill_order_id or self._get_whole_order_account():
            self._put_on_order(self.service_bill_order_id)

    def _put_on_order(self, order):
        """Distribute the line on one order; without order, on none."""
        distribution = self.analytic_distribution or {}
        if order:
            self.analytic_distribution = order._origin._merge_analytic_distribution(
                distribution
            )
        else:
            taken = self._get_service_distribution(distribution)
            self.analytic_distribution = self._get_distribution_without(
                distribution, taken
            )

    @api.depends("service_subcontract_id")
    def _compute_analytic_distribution(self):
        return super()._compute_analytic_distribution()

    def _related_analytic_distribution(self):
        related = super()._related_analytic_distribution()
        # Whoever enters bills need not have any right on work orders.
        order = self.service_subcontract_id.sudo().order_id
        if not order:
            return related
        return order._merge_analytic_distribution(related)

    # ------------------------------------------------------------------------- work
    @api.onchange("service_subcontract_id")
    def _onchange_service_subcontract_id(self):
        """Fill an empty line with what is expected for the work."""
        if self.service_subcontract_id and not self.price_unit:
            # As above: for whoever enters bills.
            work = self.service_subcontract_id.sudo()
            self.update(work._prepare_bill_line_values(self.move_id))

    @api.constrains("service_subcontract_id")
    def _check_service_subcontract(self):
        for line in self.filtered("service_subcontract_id"):
            # As above: the reason is told, nothing else.
            work = line.service_subcontract_id.sudo()
            vendor = work.vendor_id.commercial_partner_id
            if (
                line.move_type not in PURCHASE_TYPES
                or line.move_id.commercial_partner_id != vendor
            ):
                raise ValidationError(
                    self.env._(
                        "%(work)s was done by %(vendor)s: only a bill or credit note "
                        "of this vendor can be for it.",
                        work=work.display_name,
                        vendor=vendor.display_name,
                    )
                )
        self.service_subcontract_id._check_billed_once()

    def _copy_data_extend_business_fields(self, values):
        """A credit note is for the same work; a mere copy of a bill is not."""
        result = super()._copy_data_extend_business_fields(values)
        values["service_subcontract_id"] = self.service_subcontract_id.id
        return result
