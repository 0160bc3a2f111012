{#
    What it is: in every unit and year invitations are accepted, refused or unanswered, the accepted attended, absent or still
    to come, the attended completed or not, and no count is of more people than participations.
    When it matters: always; a state that is two things at once, or none, is counted twice or lost.
    How to resolve it: compare the flags of each state in rule_training_status.
    Who mends it: whoever maintains the pipeline.
#}
select
    year,
    unit_id,
    n_invited,
    n_accepted,
    n_declined,
    n_unanswered,
    n_attended,
    n_no_show,
    n_awaiting,
    n_completed,
    n_not_completed
from {{ ref('int_training__unit_funnel') }}
where
    n_invited <> n_accepted + n_declined + n_unanswered
    or n_accepted <> n_attended + n_no_show + n_awaiting
    or n_attended <> n_completed + n_not_completed
    or n_people_invited > n_invited
    or n_people_accepted > n_accepted
    or n_people_declined > n_declined
    or n_people_no_show > n_no_show
    or n_people_completed > n_completed
