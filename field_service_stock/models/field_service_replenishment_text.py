from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang


class FieldServiceReplenishmentText(models.AbstractModel):
    """Why a line is proposed, in words, and the records its figures are sums of."""

    _name = "field.service.replenishment.text"
    _description = "Reasons of Van Replenishment"

    explanation = fields.Text(string="Why", compute="_compute_explanation")

    @api.depends(
        "kind",
        "days",
        "fill_rate",
        "sure_qty",
        "planned_qty",
        "unplanned_qty",
        "history_qty",
        "level_qty",
        "free_qty",
        "coming_qty",
        "short_qty",
        "used_on",
    )
    @api.depends_context("lang", "tz")
    def _compute_explanation(self):
        for line in self:
            sentences = (
                line._explain_return()
                if line.kind == "return"
                else line._explain_load()
            )
            line.explanation = " ".join(sentences)

    def _explain_load(self):
        """Return the sentences that lead from demand to the proposed quantity."""
        show = self._show_quantity
        sentences = [*self._explain_planned(), *self._explain_unplanned()]
        sentences.append(
            self.env._(
                "%(level)s are enough in %(rate)s %% of all cases; free in the van: "
                "%(free)s, on the way: %(coming)s.",
                level=show(self.level_qty),
                rate=show(100 * self.fill_rate),
                free=show(self.free_qty),
                coming=show(self.coming_qty),
            )
        )
        if self.short_qty:
            sentences.append(
                self.env._(
                    "The warehouse has %(free)s: ask to buy %(short)s.",
                    free=show(self.warehouse_qty),
                    short=show(self.short_qty),
                )
            )
        if self.free_qty < 0:
            sentences.append(
                self.env._("Less than nothing is free: count the van's stock.")
            )
        return sentences

    def _explain_planned(self):
        if not self.planned_qty:
            return []
        show = self._show_quantity
        maybe = self.planned_qty - self.sure_qty
        if self.product_id.uom_id.compare(maybe, 0.0) <= 0:
            return [
                self.env._(
                    "Visits in %(days)s days need %(sure)s.",
                    days=self.days,
                    sure=show(self.sure_qty),
                )
            ]
        if not self.sure_qty:
            return [
                self.env._(
                    "Visits in %(days)s days may need it: %(maybe)s on average.",
                    days=self.days,
                    maybe=show(maybe),
                )
            ]
        return [
            self.env._(
                "Visits in %(days)s days need %(sure)s for sure and %(maybe)s more on "
                "average.",
                days=self.days,
                sure=show(self.sure_qty),
                maybe=show(maybe),
            )
        ]

    def _explain_unplanned(self):
        if not self.unplanned_qty:
            return []
        show = self._show_quantity
        return [
            self.env._(
                "Unplanned use in %(days)s days: %(mean)s on average (this van used "
                "%(used)s in %(history)s days, the team %(team)s per van in "
                "%(days)s days).",
                days=self.days,
                mean=show(self.unplanned_qty),
                used=show(self.history_qty),
                history=show(self.history_days, 0),
                team=show(self.team_qty),
            )
        ]

    def _explain_return(self):
        """Return the sentences that say why the van carries it around for nothing."""
        used = (
            self.env._(
                "Last used on %(date)s", date=format_date(self.env, self.used_on)
            )
            if self.used_on
            else self.env._("Never used from this van")
        )
        sentences = [self.env._("%(used)s, and needed by no planned visit.", used=used)]
        if self.level_qty:
            sentences.append(
                self.env._(
                    "%(level)s stay for unplanned use.",
                    level=self._show_quantity(self.level_qty),
                )
            )
        return sentences

    def _show_quantity(self, quantity, digits=2):
        """Return a number as people write it: no zeros behind the comma."""
        rounded = round(quantity, digits)
        for places in range(digits + 1):
            if round(rounded, places) == rounded:
                return formatLang(self.env, rounded, digits=places)
        return formatLang(self.env, rounded, digits=digits)

    # ---------------------------------------------------------------- what it is of
    def _get_sources(self, reader, counts=lambda row: True):
        """Return the ids of a statement's rows that count for this line."""
        self.ensure_one()
        self.check_access("read")
        # Figures and what they are sums of are read with the same rights.
        line = self.sudo().with_company(self.company_id)
        self.env.flush_all()
        scope = line._get_scope(line.company_id, line.location_id)
        key = (line.location_id.id, line.product_id.id)
        rows = getattr(line, reader)(scope)
        return [row[0] for row in rows if row[1:3] == key and counts(row)]

    def _get_planned_parts(self):
        """Return the parts that the planned quantity is the sum of."""
        ids = self._get_sources("_read_planned", lambda row: row[4])
        return self.env["field.service.part"].browse(ids)

    def _get_unplanned_moves(self):
        """Return the moves that the unplanned use is the sum of."""
        ids = self._get_sources("_read_unplanned_use")
        return self.env["stock.move"].browse(ids)

    def _get_coming_moves(self):
        """Return the moves that bring what is on the way."""
        ids = self._get_sources("_read_coming")
        return self.env["stock.move"].browse(ids)

    def action_open_planned(self):
        """Open the parts of planned visits."""
        return self._open(self.env._("Planned Parts"), self._get_planned_parts())

    def action_open_unplanned(self):
        """Open what was used unplanned: the parts, for who may not see stock moves."""
        moves = self._get_unplanned_moves()
        if not moves.has_access("read"):
            # Which parts were used is known to who replenishes the van.
            moves = moves.sudo().service_part_id.sudo(False)
        return self._open(self.env._("Unplanned Use"), moves)

    def action_open_coming(self):
        """Open what is on the way to the van."""
        return self._open(self.env._("On the Way"), self._get_coming_moves())

    def action_open_stock(self):
        """Open what is in the van."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", self.location_id.id),
            ]
        )
        return self._open(self.env._("In the Van"), quants)

    def _open(self, name, records):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": f"{name}: {self.product_id.display_name}",
            "res_model": records._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
            "context": {"create": False},
        }
