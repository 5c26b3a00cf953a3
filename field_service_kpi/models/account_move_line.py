from odoo import api, fields, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    service_order_ids = fields.Many2many(
        comodel_name="field.service.order",
        string="Work Orders",
        compute="_compute_service_order_ids",
        search="_search_service_order_ids",
        help="The orders this posted item is attributed to, in whole or in part.",
    )

    service_agreement_ids = fields.Many2many(
        comodel_name="field.service.agreement",
        string="Agreements",
        compute="_compute_service_agreement_ids",
        search="_search_service_agreement_ids",
        help="The agreements this posted item belongs to: on their own account or on "
        "that of one of their work orders.",
    )

    @api.depends("analytic_line_ids")
    def _compute_service_order_ids(self):
        orders = self.env["field.service.order"]
        column = orders._get_plan_column()
        # Attribution is a fact of the item, whether or not its reader may see
        # analytic accounts; which orders he may see is decided by the search.
        accounts = {line: line.sudo().analytic_line_ids[column] for line in self}
        ids = {account.id for group in accounts.values() for account in group}
        found = orders.search([("analytic_account_id", "in", list(ids))])
        by_account = {order.sudo().analytic_account_id.id: order for order in found}
        for line in self:
            line.service_order_ids = orders.union(
                *(by_account.get(account.id, orders) for account in accounts[line])
            )

    def _search_service_order_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        if operator == "in":
            domain = Domain("id", "in", [order_id for order_id in value if order_id])
        else:
            domain = (
                Domain(value)
                if isinstance(value, Domain)
                else Domain("id", "in", value)
            )
        result = self._get_attributed_domain(domain)
        if operator == "in" and False in value:
            result |= ~self._get_attributed_domain(Domain.TRUE)
        return result

    def _get_attributed_domain(self, order_domain):
        """Domain of the items with a share on one of the orders of a domain."""
        orders = self.env["field.service.order"]
        attributed = Domain("analytic_account_id", "!=", False) & order_domain
        accounts = orders._search(attributed).subselect("analytic_account_id")
        shares = Domain(orders._get_plan_column(), "any!", accounts)
        return Domain("analytic_line_ids", "any!", shares)

    @api.depends("analytic_line_ids")
    def _compute_service_agreement_ids(self):
        agreements = self.env["field.service.agreement"]
        column = agreements._get_plan_column()
        # As above: attribution is a fact, the search says what the reader may see.
        accounts = {line: line.sudo().analytic_line_ids[column] for line in self}
        ids = [account.id for group in accounts.values() for account in group]
        on_account = Domain("analytic_account_id", "in", ids)
        found = agreements.search(on_account | Domain("order_ids", "any!", on_account))
        # Which accounts an agreement has does not depend on its reader.
        owned = {
            agreement: agreement.sudo()._get_profit_accounts() for agreement in found
        }
        for line in self:
            line.service_agreement_ids = agreements.union(
                *(
                    agreement
                    for agreement, group in owned.items()
                    if group & accounts[line]
                )
            )

    def _search_service_agreement_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # As above.
        agreements = self.env["field.service.agreement"].sudo()
        chosen = agreements.browse([key for key in value if key]).exists()
        accounts = chosen._get_profit_accounts()
        shares = Domain(agreements._get_plan_column(), "in", accounts.ids)
        return Domain("analytic_line_ids", "any!", shares)

    @api.readonly
    def action_open_service_orders(self):
        """Open the work orders these journal items are attributed to."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_order_action"
        )
        return {**action, "domain": [("id", "in", self.service_order_ids.ids)]}

    def _filter_attribution_locked(self):
        """Also what is in a signed month stays on the order it is on."""
        locked = super()._filter_attribution_locked()
        rest = self - locked
        if not rest:
            return locked
        dates = rest.mapped("date")
        # A signature binds everybody, whoever may see it.
        signed = (
            self.env["field.service.signoff"]
            .sudo()
            .search(
                [
                    ("state", "=", "signed"),
                    ("company_id", "in", rest.company_id.ids),
                    ("date_from", "<=", max(dates)),
                    ("date_to", ">=", min(dates)),
                ]
            )
        )
        return locked | rest.filtered(
            lambda line: any(
                one.company_id == line.company_id
                and one.date_from <= line.date <= one.date_to
                for one in signed
            )
        )
