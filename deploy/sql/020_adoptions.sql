-- Jobs of a provider's list that are being handed to their requests. A claim alone does not say that its request has the job: whoever hands it
-- over may end between the claim and the request's document, and then the next sweep has to do it again.

create table videogen.adoptions (
  account  text collate "C" not null,
  job_id   text collate "C" not null,
  began_at timestamptz not null default now(),
  primary key (account, job_id)
);
