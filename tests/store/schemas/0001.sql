BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE deliveries (
	id TEXT NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	slot TEXT NOT NULL, 
	scheduled_at DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	state TEXT NOT NULL, 
	cut_off INTEGER, 
	attempts INTEGER NOT NULL, 
	provider TEXT NOT NULL, 
	provider_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	retry_at DATETIME, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (subscriber_id, slot)
);
INSERT INTO "deliveries" VALUES('8835756420b71ae6',1,'2026-04-21','2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000','accepted',1,1,'told','a1','','eab50cf4f5a0d436',NULL,'2026-04-21 12:00:00.000000');
INSERT INTO "deliveries" VALUES('ddda8430731a28c2',2,'2026-04-21','2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000','retry',1,1,'told','','450 busy','eab50cf4f5a0d436','2026-04-21 12:05:00.000000','2026-04-21 12:00:00.000000');
INSERT INTO "deliveries" VALUES('11c94cb1d4ffc2fb',3,'2026-04-21','2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000','uncertain',1,1,'told','','no answer','eab50cf4f5a0d436',NULL,'2026-04-21 12:00:00.000000');
INSERT INTO "deliveries" VALUES('df13c2215648309b',4,'2026-04-21','2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000','rejected',1,1,'told','','554 no','eab50cf4f5a0d436',NULL,'2026-04-21 12:00:00.000000');
CREATE TABLE editions (
	delivery_id TEXT NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	papers BLOB NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (delivery_id)
);
INSERT INTO "editions" VALUES('11c94cb1d4ffc2fb',3,'2026-04-21 12:00:00.000000',X'01000000','{"slot":{"key":"2026-04-21","scheduled_at":"2026-04-21T07:00:00Z","next_at":"2026-04-22T07:00:00Z"},"sections":[{"kind":"topic","title":"Telescopes","items":[{"paper_id":1,"revision":1,"score":92.6,"reasons":[{"kind":"keyword","words":"telescope"}],"upvotes":null,"comments":null,"stars":null}],"more":0}],"notices":[],"considered":1}');
INSERT INTO "editions" VALUES('8835756420b71ae6',1,'2026-04-21 12:00:00.000000',X'01000000','{"slot":{"key":"2026-04-21","scheduled_at":"2026-04-21T07:00:00Z","next_at":"2026-04-22T07:00:00Z"},"sections":[{"kind":"topic","title":"Telescopes","items":[{"paper_id":1,"revision":1,"score":92.6,"reasons":[{"kind":"keyword","words":"telescope"}],"upvotes":null,"comments":null,"stars":null}],"more":0}],"notices":[],"considered":1}');
INSERT INTO "editions" VALUES('ddda8430731a28c2',2,'2026-04-21 12:00:00.000000',X'01000000','{"slot":{"key":"2026-04-21","scheduled_at":"2026-04-21T07:00:00Z","next_at":"2026-04-22T07:00:00Z"},"sections":[{"kind":"topic","title":"Telescopes","items":[{"paper_id":1,"revision":1,"score":92.6,"reasons":[{"kind":"keyword","words":"telescope"}],"upvotes":null,"comments":null,"stars":null}],"more":0}],"notices":[],"considered":1}');
INSERT INTO "editions" VALUES('df13c2215648309b',4,'2026-04-21 12:00:00.000000',X'01000000','{"slot":{"key":"2026-04-21","scheduled_at":"2026-04-21T07:00:00Z","next_at":"2026-04-22T07:00:00Z"},"sections":[{"kind":"topic","title":"Telescopes","items":[{"paper_id":1,"revision":1,"score":92.6,"reasons":[{"kind":"keyword","words":"telescope"}],"upvotes":null,"comments":null,"stars":null}],"more":0}],"notices":[],"considered":1}');
CREATE TABLE facts (
	name TEXT NOT NULL, 
	value BLOB NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('statistics',X'50445354020100000000000000020000000D000000B3D96EDE785E4B49ACE42A49CD492D4ECE2F486564606040C60073270511');
CREATE TABLE hosts (
	host TEXT NOT NULL, 
	free_at FLOAT NOT NULL, 
	PRIMARY KEY (host)
);
CREATE TABLE listings (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	paper_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	day DATE NOT NULL, 
	UNIQUE (source, channel, "key")
);
INSERT INTO "listings" VALUES(1,'told','','2604.90021',1,'new','2026-04-21');
CREATE TABLE paper_keys (
	"key" TEXT NOT NULL, 
	paper_id INTEGER NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "paper_keys" VALUES('arxiv:2604.90021',1);
CREATE TABLE paper_revisions (
	paper_id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (paper_id, revision)
);
CREATE TABLE papers (
	id INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	merged_into INTEGER, 
	title TEXT NOT NULL, 
	abstract TEXT NOT NULL, 
	authors JSON NOT NULL, 
	categories JSON NOT NULL, 
	arxiv_id TEXT, 
	version INTEGER NOT NULL, 
	doi TEXT, 
	url TEXT, 
	pdf_url TEXT, 
	code_url TEXT, 
	project_url TEXT, 
	thumbnail_url TEXT, 
	gist TEXT, 
	submitter TEXT, 
	upvotes INTEGER, 
	comments INTEGER, 
	stars INTEGER, 
	first_listed DATE NOT NULL, 
	community_listed DATE, 
	sources JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "papers" VALUES(1,1,NULL,'Telescope of day 21','','[]','[]','2604.90021',1,NULL,'https://arxiv.org/abs/2604.90021','https://arxiv.org/pdf/2604.90021',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-04-21',NULL,'["told"]');
CREATE TABLE sources (
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	position JSON NOT NULL, 
	status TEXT NOT NULL, 
	error TEXT, 
	seen INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	checked_at DATETIME NOT NULL, 
	succeeded_at DATETIME, 
	PRIMARY KEY (name)
);
INSERT INTO "sources" VALUES('told','Told','[]','ok',NULL,1,1,'2026-04-21 12:00:00.000000','2026-04-21 12:00:00.000000');
CREATE TABLE subscribers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	address_key TEXT NOT NULL, 
	email TEXT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT NOT NULL, 
	send_at TEXT NOT NULL, 
	cadence JSON NOT NULL, 
	max_papers INTEGER NOT NULL, 
	trending BOOLEAN NOT NULL, 
	topics JSON NOT NULL, 
	status TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	agreed_at DATETIME, 
	agreed_where TEXT NOT NULL, 
	left_at DATETIME, 
	last_scheduled_at DATETIME, 
	next_due_at DATETIME, 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(1,'ada@example.org','ada@example.org','','UTC','07:00','{"kind": "daily", "weekday": 0, "month_day": 1}',12,0,'[{"name": "Telescopes", "keywords": ["telescope"], "exclude": [], "authors": [], "categories": [], "text": "", "examples": [], "weight": 1.0, "max_papers": null}]','active','command',NULL,'',NULL,'2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000');
INSERT INTO "subscribers" VALUES(2,'bob@example.org','Bob@example.org','','UTC','07:00','{"kind": "daily", "weekday": 0, "month_day": 1}',12,0,'[{"name": "Telescopes", "keywords": ["telescope"], "exclude": [], "authors": [], "categories": [], "text": "", "examples": [], "weight": 1.0, "max_papers": null}]','active','command',NULL,'',NULL,'2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000');
INSERT INTO "subscribers" VALUES(3,'cyd@example.org','cyd@example.org','','UTC','07:00','{"kind": "daily", "weekday": 0, "month_day": 1}',12,0,'[{"name": "Telescopes", "keywords": ["telescope"], "exclude": [], "authors": [], "categories": [], "text": "", "examples": [], "weight": 1.0, "max_papers": null}]','active','command',NULL,'',NULL,'2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000');
INSERT INTO "subscribers" VALUES(4,'dan@example.org','dan@example.org','','UTC','07:00','{"kind": "daily", "weekday": 0, "month_day": 1}',12,0,'[{"name": "Telescopes", "keywords": ["telescope"], "exclude": [], "authors": [], "categories": [], "text": "", "examples": [], "weight": 1.0, "max_papers": null}]','left','command',NULL,'','2026-04-21 12:00:00.000000','2026-04-21 07:00:00.000000','2026-04-22 07:00:00.000000');
CREATE INDEX ix_papers_arxiv_id ON papers (arxiv_id);
CREATE INDEX listings_by_day ON listings (day, paper_id);
CREATE INDEX subscribers_due ON subscribers (status, next_due_at);
CREATE INDEX deliveries_by_state ON deliveries (state, next_at);
CREATE INDEX ix_editions_subscriber_id ON editions (subscriber_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscribers',4);
INSERT INTO "sqlite_sequence" VALUES('listings',1);
COMMIT;
