from string import ascii_uppercase

from odoo import models

from .field_service_scorecard_figures import MIN_PEOPLE

# What a list shows of each record; the first of them that exist at its level.
LIST_CODES = ("P2", "P4", "T7", "Q1", "Q2", "S3", "S7", "P15", "P16", "C3", "G6")
LIST_COLUMNS = 5
LIST_LIMIT = 100


class FieldServiceScorecardList(models.AbstractModel):
    """Lists of scorecards: people by rank, everything else by its number of cases."""

    _name = "field.service.scorecard.list"
    _description = "List of Scorecards"

    def _get_list(self, question):
        """Return columns and rows of a level."""
        if question["level"] == "technician":
            indices = self._get_indices(question, self._can_read_money())
            return {"columns": [], "rows": self._get_ranking(question, indices)}
        kpis = self._get_list_kpis(question["level"])
        scope = self._get_scope(question, level=question["level"])
        values = kpis._get_values(scope)
        targets = self.env["field.service.kpi.target"]._get_targets(kpis, scope)
        records = self._get_list_records(kpis, values, question)
        return {
            "columns": [
                {
                    "id": kpi.id,
                    "name": kpi.name,
                    "unit": kpi.unit,
                    "decimals": kpi.decimals,
                    "formula": kpi.formula_text or "",
                }
                for kpi in kpis
            ],
            "rows": [
                {
                    "id": record.id,
                    "name": record.display_name,
                    "cells": [
                        self._get_cell(kpi, values, targets, record.id, scope)
                        for kpi in kpis
                    ],
                }
                for record in records
            ],
        }

    def _get_list_kpis(self, level):
        kpis = self._get_kpis(level)
        by_code = {kpi.code: kpi for kpi in kpis}
        chosen = kpis.browse(
            [by_code[code].id for code in LIST_CODES if code in by_code]
        )
        return (chosen | kpis)[:LIST_COLUMNS]

    def _get_list_records(self, kpis, values, question):
        """Return the records with figures, those with most cases first."""
        cases = {}
        for kpi in kpis:
            for (_company, record_id, _start), one in values[kpi].items():
                if record_id and one.value is not None:
                    cases[record_id] = max(cases.get(record_id, 0), one.cases)
        ids = sorted(cases, key=lambda record_id: (-cases[record_id], record_id))
        model = self._get_model(question["level"])
        return model.browse(ids).exists()._filtered_access("read")[:LIST_LIMIT]

    def _get_cell(self, kpi, values, targets, record_id, scope):
        """One figure of a list; nothing where there is no data."""
        found = values[kpi].get((scope.companies.id, record_id, None))
        if not found or found.value is None:
            return {"value": None, "cases": 0, "too_small": False, "status": None}
        target = self.env["field.service.kpi.target"]._find_target(
            targets, kpi, scope.companies.id, record_id
        )
        return {
            "value": found.value,
            "cases": found.cases,
            "too_small": kpi._is_too_small(found),
            "status": target._get_status(found.value, scope),
        }

    # ----------------------------------------------------------------------- people
    def _get_ranking(self, question, indices):
        """Return technicians by their index; of others neither name nor cases.

        :param dict indices: of all technicians, by employee id
        """
        people = self.env["hr.employee"].browse(indices)
        visible = people._filter_scorecard_visible()
        scores = {
            person: self._get_headline(indices[person.id])[0] for person in people
        }
        ranked = sorted(
            (person for person in people if scores[person] is not None),
            key=lambda person: (-scores[person], person.id),
        )
        show_others = len(ranked) >= MIN_PEOPLE
        rows, others = [], 0
        for rank, person in enumerate(ranked, start=1):
            if person in visible:
                rows.append(self._get_person_row(person, rank, indices, question))
            elif show_others:
                rows.append(self._get_anonymous_row(others, rank, scores[person]))
                others += 1
        few = [person for person in visible if scores[person] is None]
        return rows + [
            self._get_person_row(person, None, indices, question) for person in few
        ]

    def _get_person_row(self, person, rank, indices, question):
        mine = indices[person.id]
        return {
            **self._format_headline(mine),
            "id": person.id,
            # Who is in the list was asked before: the user may see his figures.
            "name": person.sudo().name,
            "rank": rank,
            "is_own": self._is_own(person),
            "parts": self._format_indices(mine, question["currency"]),
        }

    def _get_anonymous_row(self, number, rank, score):
        letters = ascii_uppercase[number % 26] * (number // 26 + 1)
        return {
            "id": False,
            "name": self.env._("Technician %(letter)s", letter=letters),
            "rank": rank,
            "is_own": False,
            "value": score,
            "standing": self._get_standing(score),
            "cases": None,
            "parts": [],
        }
