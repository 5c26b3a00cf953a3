from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_order_gate import OPEN_STATES

LIVE_STATES = ("draft", "on_hold", *OPEN_STATES)


class FieldServiceOrderReadiness(models.AbstractModel):
    """Whether the order can be done before anybody promises when."""

    _name = "field.service.order.readiness"
    _description = "Readiness of Work Orders"

    readiness = fields.Selection(
        selection=[
            ("ready", "Ready"),
            ("partial", "Partly"),
            ("transfer", "Waiting for transfer"),
            ("purchase", "Waiting for purchase"),
            ("missing", "Missing"),
        ],
        string="Readiness of Parts",
        compute="_compute_readiness",
        store=True,
        index="btree_not_null",
        help="Whether the mandatory parts are there. Partly: some are there or on "
        "their way, others are not. Empty: no parts are needed.",
    )
    readiness_date = fields.Datetime(
        string="Parts Expected",
        compute="_compute_readiness",
        store=True,
        help="When the last of the mandatory parts will be there.",
    )
    stock_reference_id = fields.Many2one(
        comodel_name="stock.reference",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="What Odoo's transfers and purchases for this order have in common.",
    )

    @api.depends(
        "state",
        "part_ids.readiness",
        "part_ids.readiness_date",
        "part_ids.mandatory",
        "part_ids.cancelled",
    )
    def _compute_readiness(self):
        found = self._read_readiness()
        for order in self:
            order.readiness, order.readiness_date = found.get(
                order._origin.id, (False, False)
            )

    def _read_readiness(self):
        live = self.filtered(lambda order: order.state in LIVE_STATES)
        ids = [order_id for order_id in live._origin.ids if order_id]
        if not ids:
            return {}
        self.env["field.service.part"].flush_model(
            ["order_id", "readiness", "readiness_date", "mandatory", "cancelled"]
        )
        self.flush_model(["state"])
        rows = self.env.execute_query(
            self._get_order_readiness_query(SQL("service.id IN %s", tuple(ids)))
        )
        return {order_id: (kind, moment) for order_id, kind, moment in rows}

    @api.model
    def _get_order_readiness_query(self, condition):
        """Return the statement: id, readiness and date of the orders asked for.

        Only mandatory parts decide. There is a date only when all will be there.
        """
        return SQL(
            """SELECT sums.id,
                      CASE WHEN NOT sums.is_live OR sums.parts = 0 THEN NULL
                           WHEN sums.ready = sums.mandatory THEN 'ready'
                           WHEN sums.missing = sums.mandatory THEN 'missing'
                           WHEN sums.missing > 0 THEN 'partial'
                           WHEN sums.purchase > 0 THEN 'purchase'
                           ELSE 'transfer' END AS readiness,
                      CASE WHEN sums.is_live AND sums.missing = 0
                           THEN sums.arrives END AS readiness_date
                 FROM (SELECT service.id, service.state IN %(live)s AS is_live,
                              COUNT(part.id) AS parts,
                              COUNT(*) FILTER (WHERE part.mandatory) AS mandatory,
                              %(ready)s AS ready, %(purchase)s AS purchase,
                              %(missing)s AS missing,
                              MAX(part.readiness_date) FILTER (WHERE part.mandatory)
                                  AS arrives
                         FROM field_service_order service
                         LEFT JOIN field_service_part part
                           ON part.order_id = service.id
                          AND part.cancelled IS NOT TRUE
                        WHERE %(condition)s
                        GROUP BY service.id) AS sums""",
            live=LIVE_STATES,
            condition=condition,
            **{
                kind: SQL(
                    "COUNT(*) FILTER (WHERE part.mandatory AND part.readiness = %s)",
                    kind,
                )
                for kind in ("ready", "purchase", "missing")
            },
        )

    # ------------------------------------------------------------------ in batch
    def _update_readiness(self):
        """Bring the orders and their parts up to date, in two statements.

        Moves tell by themselves what changes. Free stock does not: what is planned but
        not asked for yet depends on it.
        """
        parts = self.env["field.service.part"]
        parts._flush_readiness()
        self.flush_model(["state"])
        condition = SQL("service.id = ANY(%s)", self.ids)
        for model, query in (
            (parts, parts._get_readiness_query),
            (self, self._get_order_readiness_query),
        ):
            self.env.execute_query(
                SQL(
                    """UPDATE %(table)s AS target
                          SET readiness = found.readiness,
                              readiness_date = found.readiness_date
                         FROM (%(query)s) AS found
                        WHERE found.id = target.id
                          AND (target.readiness, target.readiness_date)
                              IS DISTINCT FROM (found.readiness, found.readiness_date)
                    RETURNING target.id""",
                    table=SQL.identifier(model._table),
                    query=query(condition),
                )
            )
            model.invalidate_model(["readiness", "readiness_date"], flush=False)

    @api.model
    def _cron_update_readiness(self):
        """Look again at the free stock of what is planned but not asked for yet."""
        self.search([("state", "in", LIVE_STATES)])._update_readiness()

    def action_update_readiness(self):
        """Look again whether the parts are there."""
        self.check_access("read")
        self._update_readiness()
        return True

    # ------------------------------------------------------------------- helpers
    def _get_stock_reference(self):
        """Return what the order's transfers and purchases have in common."""
        self.ensure_one()
        # The reference is the system's: whoever reserves has no right on stock.
        order = self.sudo()
        if not order.stock_reference_id:
            order.stock_reference_id = (
                self.env["stock.reference"].sudo().create({"name": order.name})
            )
        return order.stock_reference_id

    def _reschedule_parts(self):
        """Have the parts brought when the next visit needs them."""
        # Whoever plans the visit decides when its parts are needed.
        self.sudo().part_ids._reschedule_supply()

    def _action_done(self):
        result = super()._action_done()
        # What was not needed is not brought any more.
        self.sudo().part_ids._cancel_supply()
        return result
