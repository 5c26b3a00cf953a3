from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools.bridge import STEPS, Facts, Sale, get_sale_key, make_plan, split_variance

COST_GROUP = "field_service.group_cost"
SETTLED_STATES = ("not_billable", "invoiced", "paid")


class FieldServiceOrderBridge(models.AbstractModel):
    """Why orders earned more or less than was expected at their release.

    The figures are those of the baseline and of posted journal items, life to date;
    ``tools/bridge.py`` has the formula of each step.
    """

    _name = "field.service.order.bridge"
    _description = "Variance of Work Orders"

    # The company's; the order says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    variance_bridge = fields.Json(compute="_compute_variance_bridge", groups=COST_GROUP)
    variance_amount = fields.Monetary(
        string="Variance",
        compute="_compute_variance_amount",
        groups=COST_GROUP,
        help="Posted margin less what was expected; the step alone, when the list was "
        "opened from a step of the variance bridge.",
    )

    def _compute_variance_bridge(self):
        """The bridge of one order, for its form."""
        variances = self._origin._get_variances()
        for order in self:
            origin = order._origin
            found = {origin: variances[origin]} if origin in variances else {}
            order.variance_bridge = found and origin._prepare_bridge(found)

    @api.depends_context("service_variance_step")
    def _compute_variance_amount(self):
        step = self.env.context.get("service_variance_step")
        variances = self._origin._get_variances()
        for order in self:
            steps = variances.get(order._origin, {}).get("steps", {})
            amount = steps.get(step, 0.0) if step else sum(steps.values())
            order.variance_amount = order.currency_id.round(amount)

    # --------------------------------------------------------------- for the screen
    @api.model
    @api.readonly
    def get_variance_bridge(self, domain):
        """Return the bridge of the orders of a domain, for the client.

        Orders of companies with another currency than the user's are left out and
        counted.
        """
        if not self.env.user.has_group(COST_GROUP):
            raise AccessError(
                self.env._("Costs and margins are for those who may see them.")
            )
        found = self.search(domain)
        currency = self.env.company.currency_id
        orders = found.filtered(lambda order: order.currency_id == currency)
        bridge = orders._prepare_bridge(orders._get_variances())
        return {**bridge, "left_out": len(found) - len(orders)}

    @api.model
    @api.readonly
    def action_open_variance(self, domain, step):
        """Open the orders that a step of the bridge is the sum of."""
        orders = self.search(domain)
        currency = self.env.company.currency_id
        orders = orders.filtered(lambda order: order.currency_id == currency)
        if step in STEPS:
            variances = orders._get_variances()
            orders = orders.filtered(lambda order: variances[order]["steps"][step])
        view = self.env.ref("field_service_kpi.field_service_order_view_list_variance")
        return {
            "type": "ir.actions.act_window",
            "name": self._get_bridge_labels().get(step, self.env._("Work Orders")),
            "res_model": "field.service.order",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("id", "in", orders.ids)],
            "context": {"service_variance_step": step, "create": False},
        }

    def _prepare_bridge(self, variances):
        """Return what the waterfall shows of these orders."""
        currency = self.currency_id[:1] or self.env.company.currency_id
        labels, helps = self._get_bridge_labels(), self._get_bridge_helps()
        rows = list(variances.values())
        steps = []
        for step in STEPS:
            amounts = [row["steps"][step] for row in rows]
            steps.append(
                {
                    "key": step,
                    "label": labels[step],
                    "help": helps[step],
                    "amount": currency.round(sum(amounts)),
                    "n": sum(1 for amount in amounts if amount),
                }
            )
        return {
            "currency_id": currency.id,
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
            "n": len(rows),
            "n_without_baseline": sum(1 for row in rows if not row["has_baseline"]),
            "n_without_detail": sum(1 for row in rows if not row["has_detail"]),
            "start": currency.round(sum(row["start"] for row in rows)),
            "end": currency.round(sum(row["end"] for row in rows)),
            "steps": steps,
        }

    @api.model
    def _get_bridge_labels(self):
        return {
            "price": self.env._("Price"),
            "scope": self.env._("Scope and volume"),
            "labour_hours": self.env._("Labour hours"),
            "labour_rate": self.env._("Labour rate"),
            "part_quantity": self.env._("Part quantity"),
            "part_price": self.env._("Part cost price"),
            "travel": self.env._("Travel"),
            "external": self.env._("External"),
            "rework": self.env._("Rework"),
            "coverage": self.env._("Given away"),
            "unbilled": self.env._("Not invoiced yet"),
            "other": self.env._("Other"),
        }

    @api.model
    def _get_bridge_helps(self):
        """Return the formula of each step in words."""
        return {
            "price": self.env._(
                "(price charged - price at the release) x quantity charged, plus what "
                "minimums, rounding, after-hours terms and limits change."
            ),
            "scope": self.env._(
                "(quantity worked - quantity planned) x price at the release. What was "
                "not planned counts with its whole value."
            ),
            "labour_hours": self.env._(
                "(hours planned - hours worked) x hourly cost at the release."
            ),
            "labour_rate": self.env._(
                "Hours worked x hourly cost at the release - posted labour. Overtime "
                "counts here."
            ),
            "part_quantity": self.env._(
                "(quantity planned - quantity used) x cost at the release. Parts that "
                "were not planned count with their whole cost."
            ),
            "part_price": self.env._(
                "Quantity used x cost at the release - posted cost of the parts."
            ),
            "travel": self.env._("Travel planned - travel posted."),
            "external": self.env._("Subcontractors planned - posted."),
            "rework": self.env._(
                "The whole posted margin of callbacks: nobody has planned them, their "
                "own baseline does not count."
            ),
            "coverage": self.env._(
                "Value covered, discounted or left out, planned - actual."
            ),
            "unbilled": self.env._(
                "Posted revenue - what is to bill, of orders that are not settled."
            ),
            "other": self.env._(
                "Other costs, revenue beside the charges, a baseline entered by hand, "
                "and all of orders without baseline or released before its details "
                "were kept."
            ),
        }

    # ------------------------------------------------------------------------ facts
    def _get_variances(self):
        """Return the steps of these orders: {order: steps, start, end and flags}."""
        orders = self.filtered("id")
        result = {}
        for order, facts in orders._get_bridge_facts().items():
            steps = split_variance(facts, order.currency_id.round)
            result[order] = {
                "steps": steps,
                "start": facts.start,
                "end": facts.posted["margin"],
                "has_baseline": facts.has_baseline or facts.is_callback,
                "has_detail": bool(facts.plan) or facts.is_callback,
            }
        return result

    def _get_bridge_facts(self):
        """Return the facts of these orders, read by one statement of each kind."""
        if not self:
            return {}
        self.env.flush_all()
        posted = self._get_posted_profit()
        sales = self._read_bridge_sales()
        hours = dict(self.env.execute_query(self._get_bridge_hours_query()))
        parts = self._read_bridge_parts()
        result = {}
        # Baselines are for whoever may see costs; the fields say who.
        for order in self:
            detail = order.baseline_detail
            result[order] = Facts(
                posted=posted[order],
                baseline_revenue=order.baseline_revenue,
                baseline_cost=order.baseline_cost,
                plan=make_plan(detail) if detail else None,
                sales=sales[order.id],
                hours=hours.get(order.id, 0.0),
                parts=parts[order.id],
                is_settled=order.billing_state in SETTLED_STATES,
                is_callback=bool(order.callback_of_id),
                has_baseline=bool(order.baseline_date),
            )
        return result

    def _get_bridge_hours_query(self):
        """Hours of one's own people on completed visits, whose rates are frozen."""
        crew = self.env["field.service.visit"]._fields["crew_ids"]
        return SQL(
            """SELECT visit.order_id, SUM(visit.work_hours)
                 FROM field_service_visit visit
                 JOIN field_service_visit_rate rate ON rate.visit_id = visit.id
                WHERE visit.order_id IN %(ids)s AND visit.state = 'completed'
                  AND (rate.employee_id = visit.technician_id OR EXISTS (
                      SELECT 1 FROM %(table)s crew
                       WHERE crew.%(visit)s = visit.id
                         AND crew.%(person)s = rate.employee_id))
                GROUP BY visit.order_id""",
            ids=self._ids,
            table=SQL.identifier(crew.relation),
            visit=SQL.identifier(crew.column1),
            person=SQL.identifier(crew.column2),
        )

    def _read_bridge_parts(self):
        """Return {order id: {product id: (quantity used, posted cost)}}."""
        query = SQL(
            """WITH used AS (
                SELECT move.id, move.service_order_id, move.product_id,
                       move.quantity * unit.factor / own.factor
                       * CASE place.usage WHEN 'customer' THEN 1 ELSE -1 END AS quantity
                  FROM stock_move move
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = move.product_uom
                  JOIN uom_uom own ON own.id = template.uom_id
                  JOIN stock_location place ON place.id = move.location_dest_id
                  JOIN stock_location source ON source.id = move.location_id
                 WHERE move.service_order_id IN %(ids)s AND move.state = 'done'
                   AND 'customer' IN (place.usage, source.usage)
            ), cost AS (
                SELECT item.service_source_id AS id, SUM(item.balance) AS amount
                  FROM account_move_line item
                 WHERE item.service_source_model = 'stock.move'
                   AND item.service_source_id IN (SELECT id FROM used)
                   AND item.service_order_id IN %(ids)s
                   AND item.parent_state = 'posted'
                 GROUP BY 1
            )
            SELECT used.service_order_id, used.product_id, SUM(used.quantity),
                   COALESCE(SUM(cost.amount), 0.0)
              FROM used LEFT JOIN cost USING (id)
             GROUP BY 1, 2""",
            ids=self._ids,
        )
        result = defaultdict(dict)
        for order_id, product_id, quantity, amount in self.env.execute_query(query):
            result[order_id][product_id] = (float(quantity), float(amount))
        return result

    def _read_bridge_sales(self):
        """Return {order id: {key: Sale}} of the charges, in company currency."""
        query = SQL(
            """SELECT charge.order_id, charge.kind, charge.product_id,
                      charge.currency_id,
                      SUM((charge.worked_qty + COALESCE(charge.agreed_qty, 0))
                          * COALESCE(unit.factor / own.factor, 1)),
                      SUM(charge.amount + charge.unbilled_amount
                          + COALESCE(charge.agreed_amount, 0)),
                      SUM(COALESCE(charge.uplift_amount, 0)
                          - COALESCE(charge.agreed_amount, 0)),
                      SUM(charge.unbilled_amount + COALESCE(charge.uplift_amount, 0))
                 FROM field_service_charge charge
                 LEFT JOIN product_product product ON product.id = charge.product_id
                 LEFT JOIN product_template template
                   ON template.id = product.product_tmpl_id
                 LEFT JOIN uom_uom unit ON unit.id = charge.product_uom_id
                 LEFT JOIN uom_uom own ON own.id = template.uom_id
                WHERE charge.order_id IN %s
                GROUP BY 1, 2, 3, 4""",
            self._ids,
        )
        result = defaultdict(dict)
        for order_id, kind, product_id, currency_id, *values in self.env.execute_query(
            query
        ):
            order = self.browse(order_id)
            rate = order._get_bridge_rate(currency_id)
            quantity, value, rules, given = (float(number or 0.0) for number in values)
            sale = Sale(quantity, value * rate, rules * rate, given * rate)
            key = get_sale_key(kind, product_id)
            result[order_id][key] = result[order_id].get(key, Sale()) + sale
        return result

    def _get_bridge_rate(self, currency_id):
        """Return what a unit of the billing currency was worth when it was done."""
        own = self.currency_id
        if not currency_id or currency_id == own.id:
            return 1.0
        day = fields.Date.to_date(self.completed_on) or fields.Date.today()
        currency = self.env["res.currency"].browse(currency_id)
        return currency._get_conversion_rate(currency, own, self.company_id, day)
