from odoo import api, fields, models

LOAD_STATES = [
    ("to_load", "To load"),
    ("partial", "Partly loaded"),
    ("loaded", "Loaded"),
]


class FieldServiceVisitLoad(models.AbstractModel):
    """Whether what a visit needs is in the van."""

    _name = "field.service.visit.load"
    _description = "Loading for a Visit"

    load_state = fields.Selection(
        selection=LOAD_STATES,
        string="Load",
        compute="_compute_load_state",
        help="Whether what the visit needs from the warehouse is in the van. Empty: "
        "nothing is to be loaded.",
    )
    load_ids = fields.Many2many(
        comodel_name="field.service.load",
        string="Load Lists",
        compute="_compute_load_state",
    )

    @api.depends(
        "technician_id",
        "order_id.part_ids.move_ids.state",
        "order_id.part_ids.move_ids.service_load_id",
    )
    def _compute_load_state(self):
        moves = self._get_load_moves()
        for visit in self:
            # A visit that is not stored yet has nothing loaded.
            own = moves.filtered(
                lambda move, visit=visit._origin: move.service_order_id
                == visit.order_id
                and move.service_load_id.technician_id == visit.technician_id
                and (move.service_part_id.visit_id or visit) == visit
            )
            done = own.filtered(lambda move: move.state == "done")
            visit.load_ids = own.service_load_id.sudo(False)
            if not own:
                visit.load_state = False
            elif done == own:
                visit.load_state = "loaded"
            else:
                visit.load_state = "partial" if done else "to_load"

    def _get_load_moves(self):
        """Return the moves on load lists for these visits' orders, in one query."""
        # Whoever plans or does the visit has no right on stock moves.
        return (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("service_order_id", "in", self.order_id._origin.ids),
                    ("service_load_id", "!=", False),
                    ("state", "not in", ("draft", "cancel")),
                ]
            )
        )

    def action_prepare_loads(self):
        """Prepare the load lists of the technicians of these visits."""
        return self.technician_id._action_prepare_loads()

    # ------------------------------------------------------------------- warnings
    @api.model
    def _get_plan_checks(self):
        return [*super()._get_plan_checks(), "_check_plan_vans"]

    def _check_plan_vans(self):
        """Whether parts are in the van of somebody else."""
        warnings, vans = {}, {}
        # Whose van it is, is no secret of planning.
        for visit in self.sudo():
            company = visit.company_id
            if company not in vans:
                vans[company] = self.env["hr.employee"]._get_service_vans(company)
            found = visit._get_parts_elsewhere(vans[company])
            if found:
                warnings[visit.with_env(self.env)] = [
                    self.env._(
                        "%(part)s is in %(van)s: hand it over, or unload it.",
                        part=part.display_name,
                        van=part.location_id.display_name,
                    )
                    for part in found
                ]
        return warnings

    def _get_parts_elsewhere(self, vans):
        """Return the open parts of the visit that are in a colleague's van."""
        self.ensure_one()
        return self.order_id.part_ids.filtered(
            lambda part: part.state in ("waiting", "reserved")
            and part.location_id in vans
            and part.visit_id.id in (False, self._origin.id)
            and part.location_id != part._get_planned_van()
        )
