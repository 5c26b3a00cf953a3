import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

_logger = logging.getLogger(__name__)
BATCH = 200
CRITERIA = ("account_ids", "partner_ids", "product_ids", "journal_ids")


class FieldServiceAssignmentRule(models.Model):
    """Puts items on orders by criteria, or declares that they belong to none.

    A rule assigns only where exactly one order fits; what fits two waits for a person.
    """

    _name = "field.service.assignment.rule"
    _description = "Assignment Rule"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    account_ids = fields.Many2many(
        comodel_name="account.account",
        string="Accounts",
        check_company=True,
        domain="[('internal_group', 'in', ('income', 'expense'))]",
        help="Empty: any account of profit and loss.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Partners", check_company=True
    )
    product_ids = fields.Many2many(
        comodel_name="product.product", string="Products", check_company=True
    )
    journal_ids = fields.Many2many(
        comodel_name="account.journal", string="Journals", check_company=True
    )
    label = fields.Char(
        string="Label Contains",
        help="Text in the label or the reference of the item, large or small letters.",
    )
    date_from = fields.Date(string="From Accounting Date")
    method = fields.Selection(
        selection=[
            ("number", "The order whose number is in the label or reference"),
            ("customer", "The customer's only open order on this day"),
            ("domain", "The only order of a filter"),
            ("exclude", "None: it belongs to no order on purpose"),
        ],
        required=True,
        default="number",
    )
    order_domain = fields.Char(
        string="Only Orders", default="[]", help="Only these orders are looked at."
    )
    reason = fields.Char(
        help="Why it belongs to no order; for others, a note for the log."
    )
    last_run = fields.Datetime(readonly=True, copy=False)
    last_result = fields.Char(readonly=True, copy=False)
    log_count = fields.Integer(string="Assigned", compute="_compute_log_count")

    @api.constrains("method", "reason", "label", *CRITERIA)
    def _check_criteria(self):
        for rule in self:
            if rule.method == "exclude" and not (rule.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Rule %(name)s: say why these items belong to no work order.",
                        name=rule.name,
                    )
                )
            found = rule.label or any(rule[name] for name in CRITERIA)
            if rule.method in ("domain", "exclude") and not found:
                raise ValidationError(
                    self.env._(
                        "Rule %(name)s would take every item. Give it an account, a "
                        "partner, a product, a journal or a text.",
                        name=rule.name,
                    )
                )

    @api.constrains("order_domain")
    def _check_order_domain(self):
        for rule in self:
            try:
                self.env["field.service.order"].search_count(
                    rule._get_order_domain(), limit=1
                )
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "Rule %(name)s: the filter of orders cannot be read.",
                        name=rule.name,
                    )
                ) from error

    def _compute_log_count(self):
        groups = self.env["field.service.assignment.log"]._read_group(
            [("rule_id", "in", self.ids), ("state", "=", "done")],
            ["rule_id"],
            ["__count"],
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.log_count = counts.get(rule.id, 0)

    # -------------------------------------------------------------------- matching
    def _get_order_domain(self):
        domain = Domain(safe_eval(self.order_domain or "[]"))
        return domain & Domain("company_id", "=", self.company_id.id)

    def _get_item_domain(self):
        """Domain of what is to be assigned and meets the criteria."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("state", "=", "open")
        if self.account_ids:
            domain &= Domain("account_id", "in", self.account_ids.ids)
        if self.partner_ids:
            # Also the contacts of a company, on whose name bills come as well.
            domain &= Domain("partner_id", "child_of", self.partner_ids.ids)
        if self.product_ids:
            domain &= Domain("product_id", "in", self.product_ids.ids)
        if self.journal_ids:
            domain &= Domain("journal_id", "in", self.journal_ids.ids)
        if self.label:
            domain &= Domain("label", "ilike", self.label) | Domain(
                "ref", "ilike", self.label
            )
        if self.date_from:
            domain &= Domain("date", ">=", self.date_from)
        return domain

    def _find_orders(self, items):
        """Return ``{item: order}`` where exactly one order fits."""
        proposal = self.env["field.service.assignment.proposal"]
        orders = self.env["field.service.order"]
        allowed = self._get_order_domain()
        if self.method == "number":
            found = proposal._find_by_number(self.company_id, items)
        elif self.method == "domain":
            only = orders.search(allowed, limit=2)
            return dict.fromkeys(items, only) if len(only) == 1 else {}
        else:
            found = self._find_open_orders(items)
        return {
            item: chosen
            for item, group in found.items()
            if len(chosen := group.filtered_domain(allowed)) == 1
        }

    def _find_open_orders(self, items):
        proposal = self.env["field.service.assignment.proposal"]
        candidates = proposal._find_candidates(self.company_id, items)
        result = {}
        for item in items:
            partner = proposal._get_partner(item)
            mine = candidates.filtered(
                lambda order, partner=partner: partner
                and partner
                in (order.partner_id | order.site_id).mapped("commercial_partner_id")
            )
            result[item] = proposal._filter_open(mine, item.date)
        return result

    # -------------------------------------------------------------------- applying
    def action_run(self):
        """Apply these rules now, one after the other, and say what was done."""
        self.env["field.service.attribution"]._check_accountant()
        if not self:
            raise UserError(self.env._("There is no assignment rule yet."))
        count = sum(rule._run() for rule in self.sorted())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._("Items assigned by rules: %(n)s", n=count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _run(self):
        """Apply a rule to all it fits, in parts; return how many items that were."""
        self.ensure_one()
        rows = self.env["field.service.unassigned"]
        items = rows.search(self._get_item_domain(), order="id").move_line_id
        count = 0
        for start in range(0, len(items), BATCH):
            count += len(self._apply(items[start : start + BATCH]))
        # The result of the run is the suite's note, no change of the rule.
        self.sudo().write(
            {
                "last_run": fields.Datetime.now(),
                "last_result": self.env._(
                    "%(count)s of %(found)s", count=count, found=len(items)
                ),
            }
        )
        return count

    def _apply(self, items):
        """Assign what fits one order; locked periods are left alone."""
        attribution = self.env["field.service.attribution"]
        if self.method == "exclude":
            return attribution._exclude(items, self.reason, rule=self, strict=False)
        return attribution._assign(
            self._find_orders(items), reason=self.reason, rule=self, strict=False
        )

    @api.model
    def _cron_run(self):
        """Apply all rules; what goes wrong with one stops no other."""
        rules = self.search([("active", "=", True)])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(rules))
        for rule in rules:
            try:
                with self.env.cr.savepoint():
                    rule.with_company(rule.company_id)._run()
            except OperationalError:
                _logger.warning("%s: concurrent change, next time", rule.name)
            except Exception as error:
                _logger.exception("%s: rule failed", rule.name)
                rule.last_result = str(error)
            if not cron._commit_progress(1):
                return

    # ------------------------------------------------------------------- drill-down
    @api.readonly
    def action_open_items(self):
        """Show what this rule would look at now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_unassigned_action"
        )
        return {**action, "domain": list(self._get_item_domain()), "context": {}}

    @api.readonly
    def action_open_logs(self):
        """Show what this rule has assigned."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_kpi.field_service_assignment_log_action"
        )
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {}}
