-- Invitations to training and what became of them, by year.
select
    unit_id, year, n_employees, n_invited, n_accepted, n_declined, n_no_show, n_completed, decline_rate, no_show_rate, top_reason_group,
    hours_per_head, share_reaching_hours, learning_culture_index, is_suppressed, suppression_reason
from training_participation_by_unit
where {unit}
order by unit_id, year desc
