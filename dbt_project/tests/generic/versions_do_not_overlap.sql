{#
    What it is: of each `key` (a column or a list of them) no two versions hold on the same day, and none ends before it
    begins.
    When it matters: always; a person or unit with two versions on a day is counted twice.
    How to resolve it: read the versions that the test returns and the deliveries they come from; a row twice in one
    delivery is the usual cause.
    Who mends it: whoever maintains the pipeline.
#}
{% test versions_do_not_overlap(model, key) %}
    {%- set keys = [key] if key is string else key %}
    select *
    from (
        select
            {{ keys | join(', ') }},
            valid_from,
            valid_to,
            lead(valid_from) over (
                partition by {{ keys | join(', ') }}
                order by valid_from asc nulls last
            ) as next_valid_from
        from {{ model }}
    ) as versions
    where
        valid_to <= valid_from
        or next_valid_from = valid_from
        or (next_valid_from is not null and (valid_to is null or valid_to > next_valid_from))
{% endtest %}
